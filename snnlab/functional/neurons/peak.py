"""Where a spike is cut off, inside of a step as well."""

import torch


def below_peak(old, s, p):
    """The state within a step, its voltage not above v_th: beyond, an explosive upstroke ruins all that follows it."""
    return s._replace(v=torch.minimum(s.v, torch.as_tensor(p.v_th)))
