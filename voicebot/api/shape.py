"""What the API's JSON objects have in common."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """Its attributes' docstrings are part of the API's description."""

    model_config = ConfigDict(use_attribute_docstrings=True)
