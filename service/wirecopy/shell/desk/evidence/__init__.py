"""Evidence bundles: what proves a copy, in one signed file that anybody can check without this service."""
