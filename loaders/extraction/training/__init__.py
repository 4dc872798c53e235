"""How the learned reader is trained: corpus, network, recipe, export, figures. Not part of the wheel; needs torch."""
