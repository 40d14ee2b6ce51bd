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
b = 0 pA
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
# the squid axon as its file computes it: the leak first, and rates that have a limit where they are 0 / 0
SQUID = """
name: My squid
C*dv/dt = I - (g_L*(v - E_L) + g_Na*m**3*h*(v - E_Na) + g_K*n**4*(v - E_K)) : mV in -90 .. 50
dm/dt = warm*(alpha_m*(1 - m) - beta_m*m) : 1
dh/dt = warm*(alpha_h*(1 - h) - beta_h*h) : 1
dn/dt = warm*(alpha_n*(1 - n) - beta_n*n) : 1
warm = 3**((T - 6.3)/10)
z_m = (v + 40)/10
z_n = (v + 55)/10
alpha_m = 0.1*(10*where(z_m == 0, 1, z_m / -expm1(-where(z_m == 0, 1, z_m)))) : 1/ms
beta_m = 4*exp(-(v + 65)/18) : 1/ms
alpha_h = 0.07*exp(-(v + 65)/20) : 1/ms
beta_h = 1/(1 + exp(-((v + 35)/10))) : 1/ms
alpha_n = 0.01*(10*where(z_n == 0, 1, z_n / -expm1(-where(z_n == 0, 1, z_n)))) : 1/ms
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
dn/dt = 5*0.01*(10*where(z_n == 0, 1, z_n / -expm1(-where(z_n == 0, 1, z_n))))*(1 - n) - 5*0.125*exp(-(v + 44)/80)*n : 1
m = alpha_m/(alpha_m + beta_m)
alpha_m = 0.1*(10*where(z_m == 0, 1, z_m / -expm1(-where(z_m == 0, 1, z_m)))) : 1/ms
beta_m = 4*exp(-(v + 60)/18) : 1/ms
z_m = (v + 35)/10
z_n = (v + 34)/10
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
TEXTS = {"LIF": LIF, "Izhikevich": IZHIKEVICH, "AdEx": ADEX, "FHN": FITZHUGH_NAGUMO, "HH": HODGKIN_HUXLEY}
# those that a file of snnlab has as well, by the name that it has there
FILED = {"LIF": LIF, "Izhikevich": IZHIKEVICH, "AdEx": ADEX, "EIF": EIF, "QIF": QIF, "Theta": THETA}
FILED |= {"Izhikevich2007": IZHIKEVICH_2007, "FitzHughNagumo": FITZHUGH_NAGUMO, "HindmarshRose": HINDMARSH_ROSE}
FILED |= {"HodgkinHuxley": SQUID, "MorrisLecar": MORRIS_LECAR, "WangBuzsaki": WANG_BUZSAKI}
