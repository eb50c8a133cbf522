"""What `make docs` writes from the code: tables of settings and metrics, the dashboard, the chart's schema, OpenAPI."""
