import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


# Facts: public services that know what help there is anywhere in the country. The owner edits them.
DIRECTORIES = [
    (
        "211",
        "A free call at any hour. They know what help there is near a person, and at what price.",
        "https://www.211.org/",
        "211",
    ),
    (
        "Therapist Locator",
        "Marriage and family therapists, listed by their professional association, by state.",
        "https://www.therapistlocator.net/",
        "",
    ),
    (
        "FindTreatment.gov",
        "A public list of mental health services, and a free line for finding one.",
        "https://findtreatment.gov/",
        "800-662-4357",
    ),
]


def add_directories(apps, schema_editor):
    Directory = apps.get_model("practice", "Directory")
    Directory.objects.bulk_create(
        Directory(name=name, words=words, url=url, phone=phone, position=position)
        for position, (name, words, url, phone) in enumerate(DIRECTORIES)
    )
    # Their pages for states have the state's name in the address; Puerto Rico has none.
    states = apps.get_model("practice", "State").objects.exclude(code__in=["PR", "--"])
    Directory.objects.bulk_create(
        Directory(
            state=state,
            name=f"Psychology Today: {state.name}",
            words="Counselors in the state, and whether they see people online.",
            url="https://www.psychologytoday.com/us/therapists/"
            + state.name.lower().replace(" ", "-"),
        )
        for state in states
    )


def add_abroad(apps, schema_editor):
    """A person may be anywhere at the hour of a session: that has to be sayable."""
    State = apps.get_model("practice", "State")
    abroad = State.objects.create(code="--", name="Outside the United States", served=False)
    apps.get_model("practice", "Directory").objects.create(
        state=abroad,
        name="Find A Helpline",
        words="Free help lines in other countries, by country and by what is wrong.",
        url="https://findahelpline.com/",
    )


class Migration(migrations.Migration):

    dependencies = [
        ('practice', '0002_states'),
    ]

    operations = [
        migrations.AddField(
            model_name='practice',
            name='keep_requests_days',
            field=models.PositiveSmallIntegerField(default=90, help_text='Requests for a consultation that lead nowhere are erased after so many days.', validators=[django.core.validators.MinValueValidator(7), django.core.validators.MaxValueValidator(365)]),
        ),
        migrations.AddField(
            model_name='state',
            name='note',
            field=models.TextField(blank=True, help_text='What people who are there read when we can’t serve them, before the directories. Leave empty for the usual words.'),
        ),
        migrations.CreateModel(
            name='Directory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('words', models.CharField(help_text='What people find there.', max_length=200)),
                ('url', models.URLField(blank=True, verbose_name='address')),
                ('phone', models.CharField(blank=True, max_length=20)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('state', models.ForeignKey(blank=True, help_text='Leave empty for one that helps everywhere in the country.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='directories', to='practice.state')),
            ],
            options={
                'verbose_name_plural': 'directories',
                'ordering': ['position', 'name'],
            },
        ),
        migrations.RunPython(add_directories, migrations.RunPython.noop),
        migrations.RunPython(add_abroad, migrations.RunPython.noop),
    ]
