"""What a WSGI server is pointed at: `wsgi:app`."""

from eduportal import create_app

app = create_app()
