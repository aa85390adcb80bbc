"""Tasks that train or export a network and evaluate it: fine-tuning, and the export of a calibrated model."""
