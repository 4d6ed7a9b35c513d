"""Start the application: python app.py --help lists the options."""

from app.server import main

if __name__ == "__main__":
    main()
