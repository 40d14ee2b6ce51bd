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
spike: v crosses 1
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
TEXTS = {"LIF": LIF, "Izhikevich": IZHIKEVICH, "AdEx": ADEX, "FHN": FITZHUGH_NAGUMO, "HH": HODGKIN_HUXLEY}
