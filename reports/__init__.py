"""The public pages and files. They are made from the schema `published` alone; no true number comes near them."""
