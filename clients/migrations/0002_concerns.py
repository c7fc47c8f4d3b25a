from django.db import migrations

CONCERNS = [
    ("affair-recovery", "Getting over an affair, or something close to one", True),
    ("communication", "Talking with each other", False),
    ("conflict", "Arguments that keep coming back", False),
    ("closeness", "Closeness and distance", False),
    ("decision", "Deciding whether to stay together", False),
    ("something-else", "Something else", False),
]


def add_concerns(apps, schema_editor):
    Concern = apps.get_model("clients", "Concern")
    Concern.objects.bulk_create(
        Concern(key=key, name=name, about_affair=about_affair, position=position)
        for position, (key, name, about_affair) in enumerate(CONCERNS)
    )


class Migration(migrations.Migration):
    dependencies = [("clients", "0001_initial")]

    operations = [migrations.RunPython(add_concerns, migrations.RunPython.noop)]
