"""The support desk: its procedure (`domain`), what people may ask of it (`application`), and how it is put together."""
