"""Which operations break a release that does not know them."""

from types import SimpleNamespace

import pytest
from django.db import migrations, models

from operations.compatibility import find_breaches

ID = ("id", models.BigAutoField(primary_key=True))
OLD_NAME = models.CharField(max_length=20)


def migration(*operations, number=1):
    made = migrations.Migration(f"000{number}", "shop")
    made.operations = list(operations)
    return made


KNOWN = migration(
    migrations.CreateModel("Maker", [ID, ("name", OLD_NAME)]),
    migrations.CreateModel(
        "Item",
        [
            ID,
            ("name", OLD_NAME),
            ("nick", models.CharField(max_length=20, null=True)),
            ("count", models.IntegerField(default=1)),
            ("stars", models.IntegerField(db_default=3)),
            ("maker", models.ForeignKey("shop.Maker", models.CASCADE)),
            ("tags", models.ManyToManyField("shop.Maker", related_name="+")),
        ],
    ),
    migrations.CreateModel("Legacy", [ID], options={"db_table": "legacy"}),
    migrations.CreateModel("View", [ID], options={"managed": False}),
)


def judge(*operations):
    loader = SimpleNamespace(unmigrated_apps=set())
    found = find_breaches(loader, [KNOWN], [migration(*operations, number=2)])
    return [(each.kind, each.column or each.table) for _, changes in found for each in changes]


def remove(name):
    return migrations.RemoveField("item", name)


def add(name, field, **options):
    return migrations.AddField("item", name, field, **options)


def alter(name, field):
    return migrations.AlterField("item", name, field)


HARMLESS = {
    "new table": [
        migrations.CreateModel("New", [ID, ("item", models.ForeignKey("Item", models.CASCADE))])
    ],
    "nullable column": [add("size", models.IntegerField(null=True))],
    "column with a default": [add("size", models.IntegerField(default=1))],
    "column with a default for once": [
        add("size", models.IntegerField(default=1), preserve_default=False)
    ],
    "column that may be blank": [add("note", models.TextField(blank=True))],
    "column with a default in the database": [add("size", models.IntegerField(db_default=1))],
    "unique nullable column": [add("code", models.CharField(max_length=9, null=True, unique=True))],
    "new column that is filled, then has a default": [
        add("size", models.IntegerField(null=True)),
        alter("size", models.IntegerField(default=1)),
    ],
    "time of creation": [add("made", models.DateTimeField(auto_now_add=True))],
    "many-to-many": [add("friends", models.ManyToManyField("shop.Item"))],
    "generated column": [
        add(
            "twice",
            models.GeneratedField(
                expression=models.F("count") * 2,
                output_field=models.IntegerField(),
                db_persist=True,
            ),
        )
    ],
    "index": [migrations.AddIndex("item", models.Index(fields=["name"], name="by_name"))],
    "index removed": [
        migrations.AddIndex("item", models.Index(fields=["name"], name="by_name")),
        migrations.RemoveIndex("item", "by_name"),
    ],
    "constraint": [
        migrations.AddConstraint(
            "item", models.UniqueConstraint(fields=["name", "maker"], name="once")
        )
    ],
    "choices": [alter("name", models.CharField(max_length=20, choices=[("a", "A")]))],
    "another default": [alter("count", models.IntegerField(default=2))],
    "longer text": [alter("name", models.CharField(max_length=30))],
    "text without a limit": [alter("name", models.TextField())],
    "larger numbers": [alter("count", models.BigIntegerField(default=1))],
    "nullable now": [alter("count", models.IntegerField(null=True))],
    "options": [migrations.AlterModelOptions("item", {"ordering": ["name"]})],
    "data": [migrations.RunPython(migrations.RunPython.noop)],
    "data in SQL": [migrations.RunSQL("UPDATE shop_item SET name = 'drop column name'")],
    "model with its own table renamed": [migrations.RenameModel("Legacy", "Modern")],
    "attribute renamed": [
        alter("name", models.CharField(max_length=20, db_column="name")),
        migrations.RenameField("item", "name", "title"),
    ],
    "unmanaged model": [migrations.DeleteModel("View")],
    "new and gone again": [
        add("size", models.IntegerField(default=1)),
        migrations.RenameField("item", "size", "length"),
        remove("length"),
        migrations.CreateModel("New", [ID]),
        migrations.DeleteModel("New"),
    ],
    "removed from the models only": [
        migrations.SeparateDatabaseAndState(state_operations=[remove("name")])
    ],
    "column of another table dropped in SQL": [
        migrations.RunSQL("ALTER TABLE shop_maker DROP COLUMN nick")
    ],
}


@pytest.mark.parametrize("operations", HARMLESS.values(), ids=HARMLESS)
def test_an_ordinary_migration_is_let_through(operations):
    assert judge(*operations) == []


BREAKING = {
    "column removed": ([remove("name")], [("column", "name")]),
    "column renamed": ([migrations.RenameField("item", "name", "title")], [("column", "name")]),
    "many-to-many removed": ([remove("tags")], [("table", "shop_item_tags")]),
    "table removed": ([migrations.DeleteModel("Legacy")], [("table", "legacy")]),
    "table renamed": ([migrations.AlterModelTable("legacy", "modern")], [("table", "legacy")]),
    "required column without a default": (
        [add("owner", models.ForeignKey("Maker", models.CASCADE, related_name="+"))],
        [("required", "owner_id")],
    ),
    "unique column with one default for all": (
        [add("code", models.CharField(max_length=9, unique=True, default="x"))],
        [("required", "code")],
    ),
    "new column that is required in the end": (
        [
            add("code", models.CharField(max_length=9, null=True)),
            alter("code", models.CharField(max_length=9, unique=True)),
        ],
        [("required", "code")],
    ),
    "default in the database removed": (
        [alter("stars", models.IntegerField())],
        [("required", "stars")],
    ),
    "no longer nullable": (
        [alter("nick", models.CharField(max_length=20, default=""))],
        [("not_null", "nick")],
    ),
    "another type": ([alter("name", models.IntegerField())], [("type", "name")]),
    "shorter text": ([alter("name", models.CharField(max_length=10))], [("type", "name")]),
    "smaller numbers": ([alter("count", models.SmallIntegerField())], [("type", "count")]),
    "reference to another table": (
        [alter("maker", models.ForeignKey("Legacy", models.CASCADE))],
        [("type", "maker_id")],
    ),
    "removed from the database only": (
        [migrations.SeparateDatabaseAndState(database_operations=[remove("name")])],
        [("column", "name")],
    ),
    "dropped in SQL": (
        [migrations.RunSQL('ALTER TABLE "shop_item" DROP COLUMN "name", DROP nick')],
        [("column", "name"), ("column", "nick")],
    ),
    "renamed in SQL": (
        [
            migrations.RunSQL(
                "ALTER TABLE legacy RENAME TO modern; DROP TABLE IF EXISTS `shop_item`"
            )
        ],
        [("table", "legacy"), ("table", "shop_item")],
    ),
}


@pytest.mark.parametrize(("operations", "expected"), BREAKING.values(), ids=BREAKING)
def test_what_breaks_a_live_release_is_named(operations, expected):
    assert sorted(judge(*operations)) == sorted(expected)


def test_a_model_that_is_renamed_takes_its_tables_along():
    found = judge(migrations.RenameModel("Item", "Product"))
    assert {("table", "shop_item"), ("table", "shop_item_tags")} <= set(found)


def test_a_breach_is_described():
    loader = SimpleNamespace(unmigrated_apps=set())
    removal = migration(remove("name"), number=2)
    ((found, (change,)),) = find_breaches(loader, [KNOWN], [removal])
    assert found == removal
    assert str(change).startswith("RemoveField: ")
    assert "shop_item.name" in str(change)
