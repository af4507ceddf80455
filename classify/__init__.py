"""Text to category: reading, cleaning, masking and classifying tickets. The lowest layer; imports no other room."""
