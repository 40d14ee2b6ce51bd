"""The error function, to 2 units in the last place: a polynomial near 0, and beyond 1 less e to one."""

import torch
from torch import Tensor

from .exponential import exp
from .parts import Coefficients, polynomial, signed

# erf(x) / x - 1 of z = x² up to 1, minimax
_NEAR: Coefficients = {
    torch.float32: (
        *(7.875875062685488e-05, -0.000801686428716587, 0.005189087423433974, -0.026854212010626412),
        *(0.11283594715160218, -0.37612626666720334, 0.12837916584835093),
    ),
    torch.float64: (
        *(-7.795898827002142e-10, 1.3720064546777686e-08, -1.6208483801871705e-07, 1.6447424703317362e-06),
        *(-1.492473690741966e-05, 0.00012055294904839707, -0.0008548325975389692, 0.0052239776071164225),
        *(-0.02686617064323777, 0.11283791670945006, -0.37612638903183543, 0.12837916709551256),
    ),
}
# log(1 - erf(1 + t)), minimax in what e to it is
_FAR: Coefficients = {
    torch.float32: (
        *(0.0001855755420901056, -0.0018261329797882133, 0.009890808807216663, -0.04150062136486748),
        *(-0.8431183547064012, -2.6389668140925107, -1.8496055164025926),
    ),
    torch.float64: (
        *(1.740308300727474e-11, -3.626150281422617e-10, 3.1985893105211005e-09, -1.3831541041283911e-08),
        *(7.821062526723331e-09, 2.9734550320238713e-07, -2.256264291948916e-06, 9.793572944882397e-06),
        *(-2.72864163038895e-05, 2.634128785921432e-05, 0.00023730019947164203, -0.0019778972417891015),
        *(0.01003382455430417, -0.04156109796709043, -0.8431072563621653, -2.6389675142347255),
        -1.8496055099332485,
    ),
}
_MOST = {torch.float32: 3.95, torch.float64: 5.95}  # from here on, the result is 1


def erf(x: Tensor) -> Tensor:
    a = torch.clamp(torch.abs(x), max=_MOST[x.dtype])
    near = a + a * polynomial(a * a, _NEAR)
    far = 1.0 - exp(polynomial(a - 1.0, _FAR))
    return signed(torch.where(a < 1.0, near, far), x)
