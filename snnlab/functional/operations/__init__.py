"""What is done with spikes and potentials beside the neurons; `snnlab.functional` lists it."""
