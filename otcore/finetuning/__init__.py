"""Fine-tuning an encoder: data, the loop, and what it leaves in a run's folder; `otcore.finetuning.run.carry_out` is all of it."""
