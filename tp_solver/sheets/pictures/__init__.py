"""Pictures that explain, as inline SVG: a kind a module, each with its content told in words."""
