"""Neurons as text: the same equations, in the same order of operations, as their files."""

LIF = """
name: My LIF
tau_mem*dv/dt = v_leak - v + i + I : 1 in -0.2 .. 1.2 "membrane potential"
tau_syn*di/dt = -i : 1 in -0.2 .. 1.2 "synaptic current"
spike: v > v_th
reset: v = v_reset
rest: v = v_leak
receive: i += x
tau_syn = 5 ms in 0.5 .. 100 "synaptic time constant"
tau_mem = 10 ms in 1 .. 100 "membrane time constant"
v_leak = 0 "leak potential"
v_th = 1 in 0.1 .. 3 "threshold"
v_reset = 0 "reset potential"
I = 1.5 in -2 .. 4
"""
IZHIKEVICH = """
name: My Izhikevich
tau*dv/dt = sq*v**2 + mn*v + bias - u + I : mV in -90 .. 40
tau*du/dt = a*(b*v - u) : mV in -20 .. 10
spike: v > v_th
reset: v = c; u += d
a = 0.02
b = 0.2
c = -65 mV
d = 8 mV
sq = 0.04
mn = 5
bias = 140
v_th = 30 mV
tau = 1 ms
I = 10 mV in -20 .. 40
"""
ADEX = """
name: My AdEx
source: Brette, Gerstner, J. Neurophysiol. 94:3637, 2005
below = min(v, V_peak)
C*dv/dt = g_L*(E_L - below + Delta_T*exp(min((below - V_T)/Delta_T, 20))) - w + I : mV in -80 .. 0
tau_w*dw/dt = a*(below - E_L) - w : pA in -100 .. 400
spike: v > V_peak
reset: v = V_r; w += b
C = 200 pF
g_L = 10 nS
E_L = -70 mV
V_T = -50 mV
Delta_T = 2 mV
V_peak = 0 mV
a = 2 nS
tau_w = 30 ms
b = 0 pA in 0 .. 200
V_r = -58 mV
I = 500 pA in -200 .. 1000
"""
FITZHUGH_NAGUMO = """
name: My FitzHugh-Nagumo
dv/dt = v - v**3/3 - w + I : 1 in -2.5 .. 2.5
tau*dw/dt = v + a - b*w : 1 in -1 .. 2
spike: v crosses v_spike
v_spike = 1
a = 0.7 in 0 .. 1.5 "offset of the recovery"
b = 0.8 in 0 .. 1.5 "decay of the recovery"
tau = 12.5 ms
I = 0.5 in 0 .. 1
"""
HODGKIN_HUXLEY = """
name: My Hodgkin-Huxley
source: Hodgkin, Huxley, J. Physiol. 117:500, 1952
C*dv/dt = I - g_Na*m**3*h*(v - E_Na) - g_K*n**4*(v - E_K) - g_L*(v - E_L) : mV in -90 .. 50 "membrane potential"
dm/dt = alpha_m*(1 - m) - beta_m*m : 1 "activation of sodium"
dh/dt = alpha_h*(1 - h) - beta_h*h : 1 "inactivation of sodium"
n' = alpha_n*(1 - n) - beta_n*n : 1 "activation of potassium"

alpha_m = 1/exprel(-(v + 40)/10) : 1/ms            # 0.1 (v + 40) / (1 - exp(-(v + 40) / 10))
beta_m = 4*exp(-(v + 65)/18) : 1/ms
alpha_h = 0.07*exp(-(v + 65)/20) : 1/ms
beta_h = 1/(1 + exp(-(v + 35)/10)) : 1/ms
alpha_n = 0.1/exprel(-(v + 55)/10) : 1/ms
beta_n = 0.125*exp(-(v + 65)/80) : 1/ms
spike: v crosses 0

C = 1 uF/cm2 "membrane capacitance"
g_Na = 120 mS/cm2
g_K = 36 mS/cm2
g_L = 0.3 mS/cm2
E_Na = 50 mV
E_K = -77 mV
E_L = -54.387 mV
I = 10 uA/cm2 in 0 .. 60
"""
# the squid axon as its file computes it: the leak first, and the warmth of its gates
SQUID = """
name: My squid
C*dv/dt = I - (g_L*(v - E_L) + g_Na*m**3*h*(v - E_Na) + g_K*n**4*(v - E_K)) : mV in -90 .. 50
dm/dt = warm*(alpha_m*(1 - m) - beta_m*m) : 1
dh/dt = warm*(alpha_h*(1 - h) - beta_h*h) : 1
dn/dt = warm*(alpha_n*(1 - n) - beta_n*n) : 1
warm = 3**((T - 6.3)/10)
alpha_m = 0.1*vtrap(-(v + 40), 10) : 1/ms
beta_m = 4*exp(-(v + 65)/18) : 1/ms
alpha_h = 0.07*exp(-(v + 65)/20) : 1/ms
beta_h = 1/(1 + exp(-((v + 35)/10))) : 1/ms
alpha_n = 0.01*vtrap(-(v + 55), 10) : 1/ms
beta_n = 0.125*exp(-(v + 65)/80) : 1/ms
spike: v crosses v_spike
C = 1 uF/cm2
g_L = 0.3 mS/cm2
E_L = -54.387 mV
g_Na = 120 mS/cm2
E_Na = 50 mV
g_K = 36 mS/cm2
E_K = -77 mV
T = 6.3 degC
v_spike = 0 mV
I = 10 uA/cm2 in -10 .. 60
"""
CONNOR_STEVENS = """
name: My Connor-Stevens
C*dv/dt = I - (g_L*(v - E_L) + g_Na*m**3*h*(v - E_Na) + g_K*n**4*(v - E_K) + g_A*a**3*b*(v - E_A)) : mV in -90 .. 50
dm/dt = 0.38*vtrap(-(v + 29.7), 10)*(1 - m) - 15.2*exp(-0.0556*(v + 54.7))*m : 1
dh/dt = 0.266*exp(-0.05*(v + 48))*(1 - h) - 3.8*(1/(1 + exp(-((v + 18)/10))))*h : 1
dn/dt = 0.02*vtrap(-(v + 45.7), 10)*(1 - n) - 0.25*exp(-0.0125*(v + 55.7))*n : 1
da/dt = (0.42376806*exp((0.0314*(v + 94.22) - log1p(exp(0.0346*(v + 1.17))))/3) - a) / tau_a : 1
db/dt = ((1/(1 + exp(0.0688*(v + 53.3))))**4 - b) / tau_b : 1
tau_a = 0.3632 + 1.158*(1/(1 + exp(0.0497*(v + 55.96)))) : ms
tau_b = 1.24 + 2.678*(1/(1 + exp(0.0624*(v + 50)))) : ms
spike: v crosses v_spike
C = 1 uF/cm2
g_L = 0.3 mS/cm2
E_L = -17 mV
g_Na = 120 mS/cm2
E_Na = 55 mV
g_K = 20 mS/cm2
E_K = -72 mV
g_A = 47.7 mS/cm2
E_A = -75 mV
v_spike = 0 mV
I = 12 uA/cm2 in -10 .. 50
"""
# the cells of the cortex have these in common, and each a slow current or two
CORTEX = """
name: {name}
C*dv/dt = I - (g_L*(v - E_L) + g_Na*m**3*h*(v - E_Na) + g_K*n**4*(v - E_K){slow}) : mV in -90 .. 50
dm/dt = 0.32*vtrap(-(v - V_T - 13), 4)*(1 - m) - 0.28*vtrap(-(V_T + 40 - v), 5)*m : 1
dh/dt = 0.128*exp(-(v - V_T - 17)/18)*(1 - h) - 4*(1/(1 + exp(-((v - V_T - 40)/5))))*h : 1
dn/dt = 0.032*vtrap(-(v - V_T - 15), 5)*(1 - n) - 0.5*exp(-(v - V_T - 10)/40)*n : 1
spike: v crosses v_spike
C = 1 uF/cm2
I = {I} uA/cm2 in -2 .. 10
"""
M_CURRENT = """
dw/dt = (1/(1 + exp(-((v + 35)/10))) - w) / (tau_max/(3.3*exp((v + 35)/20) + exp(-(v + 35)/20))) : 1
"""
L_CALCIUM = """
dq/dt = 0.055*vtrap(-(v + 27), 3.8)*(1 - q) - 0.94*exp(-(v + 75)/17)*q : 1
dr/dt = 0.000457*exp(-(v + 13)/50)*(1 - r) - 0.0065*(1/(1 + exp(-((v + 15)/28))))*r : 1
g_Ca = 0.17 mS/cm2
E_Ca = 120 mV
"""
T_CALCIUM = """
s_T = 1/(1 + exp(-((v + 59)/6.2)))
du/dt = (1/(1 + exp((v + 83)/4)) - u) / tau_u : 1
tau_u = (30.8 + (211.4 + exp((v + 115.2)/5)) / (1 + exp((v + 86)/3.2))) / 3.73 : ms
g_T = 0.4 mS/cm2
E_T = 120 mV
"""


def _of_the_cortex(name: str, I: float, slow: str, equations: str, **numbers: float) -> str:
    units = {"g": "mS/cm2", "E": "mV", "V": "mV", "v": "mV", "t": "ms"}
    lines = [f"{one} = {value} {units[one[0]]}" for one, value in numbers.items()]
    return "\n".join([CORTEX.format(name=name, I=I, slow=slow), equations, *lines])


_M = " + g_M*w*(v - E_K)"
TRAUB = _of_the_cortex("My Traub", 2, "", "", g_L=0.1, E_L=-67, g_Na=100, E_Na=50, g_K=80, E_K=-100, V_T=-67, v_spike=0)
PYRAMIDAL = _of_the_cortex(
    "My pyramidal", 2, _M, M_CURRENT, g_L=0.0205, E_L=-70.3, g_Na=56, E_Na=50, g_K=6, E_K=-90, g_M=0.075,
    tau_max=608, V_T=-56.2, v_spike=0,
)  # fmt: skip
BURSTER = _of_the_cortex(
    "My burster", 0.7, _M + " + g_Ca*q**2*r*(v - E_Ca)", M_CURRENT + L_CALCIUM, g_L=0.01, E_L=-70, g_Na=50, E_Na=50,
    g_K=5, E_K=-90, g_M=0.03, tau_max=1000, V_T=-55, v_spike=-20,
)  # fmt: skip
REBOUND = _of_the_cortex(
    "My rebound", 0.7, _M + " + g_T*s_T**2*u*(v - E_T)", M_CURRENT + T_CALCIUM, g_L=0.01, E_L=-60, g_Na=50, E_Na=50,
    g_K=5, E_K=-90, g_M=0.03, tau_max=1000, V_T=-55, v_spike=0,
)  # fmt: skip
MORRIS_LECAR = """
name: My Morris-Lecar
C*dv/dt = I - (g_L*(v - E_L) + g_Ca*m*(v - E_Ca) + g_K*w*(v - E_K)) : mV in -80 .. 50
dw/dt = (0.5*(1 + tanh((v - V_3)/V_4)) - w) / tau_w : 1
m = 0.5*(1 + tanh((v - V_1)/V_2)) : 1
tau_w = 1 / (phi*cosh((v - V_3)/(2*V_4))) : ms
spike: v crosses v_spike
C = 20 uF/cm2
g_L = 2 mS/cm2
E_L = -60 mV
g_Ca = 4.4 mS/cm2
E_Ca = 120 mV
V_1 = -1.2 mV
V_2 = 18 mV
g_K = 8 mS/cm2
E_K = -84 mV
V_3 = 2 mV
V_4 = 30 mV
phi = 0.04 /ms
v_spike = 0 mV
I = 100 uA/cm2 in -50 .. 300
"""
WANG_BUZSAKI = """
name: My Wang-Buzsaki
C*dv/dt = I - (g_L*(v - E_L) + g_Na*m**3*h*(v - E_Na) + g_K*n**4*(v - E_K)) : mV in -90 .. 50
dh/dt = 5*0.07*exp(-(v + 58)/20)*(1 - h) - 5*(1/(1 + exp(-((v + 28)/10))))*h : 1
dn/dt = 5*0.01*vtrap(-(v + 34), 10)*(1 - n) - 5*0.125*exp(-(v + 44)/80)*n : 1
m = alpha_m/(alpha_m + beta_m)
alpha_m = 0.1*vtrap(-(v + 35), 10) : 1/ms
beta_m = 4*exp(-(v + 60)/18) : 1/ms
spike: v crosses v_spike
C = 1 uF/cm2
g_L = 0.1 mS/cm2
E_L = -65 mV
g_Na = 35 mS/cm2
E_Na = 55 mV
g_K = 9 mS/cm2
E_K = -90 mV
v_spike = 0 mV
I = 1 uA/cm2 in -2 .. 10
"""
HINDMARSH_ROSE = """
name: My Hindmarsh-Rose
dv/dt = y - a*v**3 + b*v**2 - w + I : 1
dy/dt = c - d*v**2 - y : 1 in -15 .. 2
dw/dt = r*(k*(v - v_r) - w) : 1 in -1 .. 5
spike: v crosses v_spike
a = 1
b = 3
c = 1
d = 5
r = 0.006 /ms
k = 4
v_r = -1.6
v_spike = 1
I = 2 in 0 .. 5
"""
QIF = """
name: My QIF
tau_m*dv/dt = k*(v - v_r)*(v - v_t) + I : mV in -90 .. 40
spike: v > v_th
reset: v = v_reset
tau_m = 10 ms
k = 0.04 /mV
v_r = -65 mV
v_t = -50 mV
v_th = 30 mV
v_reset = -65 mV
I = 10 mV in -10 .. 40
"""
THETA = """
name: My Theta
tau*dv/dt = 1 - cos(v) + (1 + cos(v))*I : 1 in -3.2 .. 3.2
spike: v > pi
reset: v -= 2*pi
rest: v = 0
tau = 10 ms
I = 0.5 in -1 .. 4
"""
IZHIKEVICH_2007 = """
name: My Izhikevich 2007
C*dv/dt = k*(v - v_r)*(v - v_t) - u + I : mV in -90 .. 40
du/dt = a*(b*(v - v_r) - u) : pA in -200 .. 500
spike: v > v_peak
reset: v = c; u += d
C = 100 pF
k = 0.7 nS/mV
v_r = -60 mV
v_t = -40 mV
v_peak = 35 mV
a = 0.03 /ms
b = -2 nS
c = -50 mV
d = 100 pA
I = 100 pA in -100 .. 1000
"""
EIF = """
name: My EIF
tau_m*dv/dt = E_L - below + Delta_T*exp(min((below - V_T)/Delta_T, 20)) + I : mV in -80 .. 0
below = min(v, V_peak)
spike: v > V_peak
reset: v = V_r
tau_m = 10 ms
E_L = -65 mV
V_T = -50 mV
Delta_T = 2 mV
V_peak = 0 mV
V_r = -60 mV
I = 20 mV in -20 .. 60
"""
GLIF = """
name: My GLIF
C*dv/dt = g_L*(E_L - v) - w_1 - w_2 + I : mV in -80 .. -20
tau_1*dw_1/dt = -w_1 : pA in -100 .. 200
tau_2*dw_2/dt = -w_2 : pA in -100 .. 200
tau_3*db_1/dt = -b_1 : mV in -10 .. 40
tau_4*db_2/dt = -b_2 : mV in -10 .. 40
spike: v > V_T + b_1 + b_2
reset: v = V_r; w_1 += q_1; w_2 += q_2; b_1 += h_1; b_2 += h_2
refractory: 2 ms
C = 83.1 pF
g_L = 3.7 nS
E_L = -67 mV
V_T = -39.6 mV
V_r = -36.7 mV
q_1 = 56.7 pA
tau_1 = 57.8 ms
q_2 = -6.9 pA
tau_2 = 218.2 ms
h_1 = 11.7 mV
tau_3 = 53.8 ms
h_2 = 1.8 mV
tau_4 = 640 ms
I = 150 pA in -50 .. 400
"""
MAT = """
name: My MAT
tau_m*dv/dt = -v + I : mV in -20 .. 100
tau_1*db_1/dt = -b_1 : mV in -10 .. 100
tau_2*db_2/dt = -b_2 : mV in -10 .. 40
spike: v > omega + b_1 + b_2
reset: b_1 += alpha_1; b_2 += alpha_2
silent: 2 ms
tau_m = 5 ms
omega = 19 mV
alpha_1 = 37 mV
tau_1 = 10 ms
alpha_2 = 2 mV
tau_2 = 200 ms
I = 40 mV in 0 .. 100
"""
TEXTS = {"LIF": LIF, "Izhikevich": IZHIKEVICH, "AdEx": ADEX, "FHN": FITZHUGH_NAGUMO, "HH": HODGKIN_HUXLEY}
# those that a file of snnlab has as well, by the name that it has there
FILED = {"LIF": LIF, "Izhikevich": IZHIKEVICH, "AdEx": ADEX, "EIF": EIF, "QIF": QIF, "Theta": THETA}
FILED |= {"Izhikevich2007": IZHIKEVICH_2007, "FitzHughNagumo": FITZHUGH_NAGUMO, "HindmarshRose": HINDMARSH_ROSE}
FILED |= {"HodgkinHuxley": SQUID, "MorrisLecar": MORRIS_LECAR, "WangBuzsaki": WANG_BUZSAKI}
FILED |= {"ConnorStevens": CONNOR_STEVENS, "Traub": TRAUB, "Pyramidal": PYRAMIDAL, "Burster": BURSTER}
FILED |= {"Rebound": REBOUND, "GLIF": GLIF, "MAT": MAT}
