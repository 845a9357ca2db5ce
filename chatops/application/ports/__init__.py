"""
The ports: what the application needs of the world. Protocols, satisfied by shape.

`storage` is the real side of `UnitOfWork` and its parts, `rules` of `PolicyEngine`, the chat adapters of `Messenger`.
"""
