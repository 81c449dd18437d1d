"""All routes of the leads' pages. Importing a module adds its routes to the blueprint."""

from werkzeug.utils import find_modules, import_string

from feedback_app.leads.blueprint import leads_pages

__all__ = ["leads_pages"]

for _module in find_modules("feedback_app.leads"):
    import_string(_module)
