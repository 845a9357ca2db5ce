"""The YAML of who is who: read with all its mistakes, compared with what stands, written back."""
