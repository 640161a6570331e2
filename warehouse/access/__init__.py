"""Who may read and write what: declared once (`intent`), made in the database (`settle`), compared with it (`compare`)."""
