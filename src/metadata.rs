//! The metadata that a PDF carries (product format 1.0): names, and the values to write.
