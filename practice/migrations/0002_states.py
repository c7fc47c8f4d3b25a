from django.db import migrations

# The states in which the practice begins; the owner can change them at /admin/.
SERVED = {"NY", "NJ", "PA", "CT", "MA", "MD", "VA", "FL"}

STATES = """
AL Alabama;AK Alaska;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut;DE Delaware;
DC District of Columbia;FL Florida;GA Georgia;HI Hawaii;ID Idaho;IL Illinois;IN Indiana;IA Iowa;
KS Kansas;KY Kentucky;LA Louisiana;ME Maine;MD Maryland;MA Massachusetts;MI Michigan;MN Minnesota;
MS Mississippi;MO Missouri;MT Montana;NE Nebraska;NV Nevada;NH New Hampshire;NJ New Jersey;
NM New Mexico;NY New York;NC North Carolina;ND North Dakota;OH Ohio;OK Oklahoma;OR Oregon;
PA Pennsylvania;PR Puerto Rico;RI Rhode Island;SC South Carolina;SD South Dakota;TN Tennessee;
TX Texas;UT Utah;VT Vermont;VA Virginia;WA Washington;WV West Virginia;WI Wisconsin;WY Wyoming
"""


def add_states(apps, schema_editor):
    State = apps.get_model("practice", "State")
    entries = [entry.strip() for entry in STATES.replace("\n", "").split(";")]
    State.objects.bulk_create(
        State(code=entry[:2], name=entry[3:], served=entry[:2] in SERVED) for entry in entries
    )


class Migration(migrations.Migration):
    dependencies = [("practice", "0001_initial")]

    operations = [migrations.RunPython(add_states, migrations.RunPython.noop)]
