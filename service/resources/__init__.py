"""One file a resource, each with its `router`; `service.app` lists them."""

API = "/api/v1"
