"""One file a resource, each with its `router`; `service.app` lists them."""
