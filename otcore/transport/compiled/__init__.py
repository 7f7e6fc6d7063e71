"""Entropic problems on the processor, one at a time in machine code; `otcore.transport.batched` picks it."""
