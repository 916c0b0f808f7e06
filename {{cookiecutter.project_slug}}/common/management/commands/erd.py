"""`python manage.py erd`: the models of this project as a diagram, which GitHub draws."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import CharField, Model

from common.checks import own_apps
from common.messages import ERD


class Command(BaseCommand):
    help = "Writes the models into docs/erd.md, as an entity-relationship diagram in Mermaid."

    def handle(self, **options: Any) -> None:
        file = settings.BASE_DIR / "docs/erd.md"
        file.parent.mkdir(exist_ok=True)
        diagram = "\n".join(draw())
        text = f"{ERD['title']}\n\n```mermaid\n{diagram}\n```\n"
        file.write_text(text, encoding="utf-8", newline="\n")
        self.stdout.write(ERD["done"].format(file="docs/erd.md"))


def draw() -> Iterator[str]:
    """Yield the lines of the diagram: the models of this project, then how they are related."""
    models = [model for config in own_apps() for model in config.get_models() if is_table(model)]
    names = Counter(model.__name__ for model in apps.get_models())

    def name_of(model: Any) -> str:
        one = names[model.__name__] == 1
        return model.__name__ if one else f"{model._meta.app_label}_{model.__name__}"

    yield "erDiagram"
    for model in models:
        yield f"    {name_of(model)} {{"
        yield from (f"        {column}" for column in columns(model))
        yield "    }"
    for model in models:
        for field in model._meta.local_concrete_fields:
            if field.remote_field:
                one = "|o" if field.null else "||"
                many = "o|" if field.unique else "o{"
                other = name_of(field.related_model)
                yield f"    {other} {one}--{many} {name_of(model)} : {field.name}"
        for field in model._meta.local_many_to_many:
            through: Any = field.remote_field.through
            # A model in between is there itself.
            if through._meta.auto_created and field.related_model in models:
                other = name_of(field.related_model)
                yield f"    {name_of(model)} }}o--o{{ {other} : {field.name}"


def is_table(model: type[Model]) -> bool:
    return not model._meta.proxy and not model._meta.swapped


def columns(model: type[Model]) -> Iterator[str]:
    """Yield type, name and keys of each column of the model's own table."""
    together = [list(each.fields) for each in model._meta.total_unique_constraints]
    together += [list(names) for names in model._meta.unique_together]
    for field in model._meta.local_concrete_fields:
        length = f"({field.max_length})" if isinstance(field, CharField) else ""
        unique = not field.primary_key and (field.unique or [field.name] in together)
        keys = {"PK": field in model._meta.pk_fields, "FK": field.remote_field, "UK": unique}
        marks = ", ".join(key for key, applies in keys.items() if applies)
        notes = ["null"] if field.null else []
        notes += [
            f"unique with {', '.join(name for name in names if name != field.name)}"
            for names in together
            if field.name in names and len(names) > 1
        ]
        note = f'"{"; ".join(notes)}"' if notes else ""
        parts = [f"{type(field).__name__}{length}", field.column, marks, note]
        yield " ".join(part for part in parts if part)
