"""The changes of the schema, one module each; run by `storage.schema`."""
