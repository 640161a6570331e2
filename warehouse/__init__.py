"""The PostgreSQL of the warehouse: an embedded or a managed server, its control tables, bulk movement.

Rules about data, files, people or indicators do not belong here. Import from the submodules: this
file stays free of imports so that a light command starts fast.
"""
