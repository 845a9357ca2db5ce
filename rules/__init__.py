"""The policies that a support manager owns, and the two evaluators that decide by them."""
