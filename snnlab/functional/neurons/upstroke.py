"""The exponential upstroke of a spike, which four neurons share."""

import torch

STEEPEST = 20.0  # largest exponent: beyond it a spike is nanoseconds away, and float32 would soon overflow
NEWTON = 8  # steps: from the left a convex function is approached without overshoot, and each step doubles the digits


def upstroke(v, threshold, sharpness):
    """sharpness exp((v - threshold) / sharpness), its exponent clipped."""
    return sharpness * torch.exp(torch.clamp_max((v - threshold) / sharpness, STEEPEST))


def rest_potential(leak, threshold, sharpness, adaptation=0.0):
    """Where upstroke and leak (1 + adaptation) (v - leak) balance; where they never do, the place nearest to it.

    With adaptation below -1 nothing holds the membrane: a run begins at the leak potential.
    """
    slope = torch.as_tensor(1.0 + adaptation)
    held = slope > 0
    slope = torch.where(held, slope, 1.0)
    turn = threshold + sharpness * torch.log(slope)
    held = held & (turn >= leak)  # else the upstroke is steeper than the leak already there
    v = torch.minimum(torch.as_tensor(leak), turn)
    for _ in range(NEWTON):
        up = upstroke(v, threshold, sharpness)
        v = torch.minimum(v + (up - slope * (v - leak)) / torch.clamp_min(slope - up / sharpness, 1e-6), turn)
    return torch.where(held, v, leak)
