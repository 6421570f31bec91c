from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from hashira.regulations.store import search_index


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Law',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('body', models.CharField(blank=True, help_text='全国地方公共団体コード; empty: the state', max_length=6)),
                ('law_id', models.CharField(help_text='131016/… for one of a body', max_length=200, unique=True)),
                ('title', models.CharField(max_length=2000)),
                ('number', models.CharField(blank=True, max_length=200)),
                ('rank', models.PositiveSmallIntegerField(help_text='its place in RANKS')),
                ('kana', models.CharField(blank=True, max_length=2000)),
                ('abbreviations', models.TextField(blank=True, help_text='略称, one a line, with a line end before each')),
                ('category', models.CharField(blank=True, help_text='事項別分類', max_length=200)),
                ('ministry', models.CharField(blank=True, help_text='所管', max_length=200)),
                ('promulgated_at', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['rank', 'law_id'],
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision_id', models.CharField(max_length=250)),
                ('enforced_at', models.DateField(blank=True, null=True)),
                ('dated', models.BooleanField(help_text='whether the document says since when; else it is the day it was taken in for')),
                ('digest', models.CharField(help_text='SHA-256 of the document and its facts, hexadecimal', max_length=64)),
                ('source', models.CharField(help_text="the document's name within what was read", max_length=500)),
                ('units', models.PositiveIntegerField()),
                ('read_at', models.DateTimeField()),
                ('surveyed_by', models.CharField(blank=True, help_text='which rules made the survey kept', max_length=80)),
                ('law', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='regulations.law')),
            ],
            options={
                'ordering': ['law', '-enforced_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Scan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('rules', models.CharField(max_length=80)),
                ('inputs', models.CharField(help_text='of the texts, rules and ministries that went in', max_length=32)),
                ('laws', models.PositiveIntegerField()),
                ('surveyed', models.PositiveIntegerField(help_text='laws that were looked at anew')),
                ('findings', models.PositiveIntegerField()),
                ('added', models.PositiveIntegerField()),
                ('changed', models.PositiveIntegerField()),
                ('removed', models.PositiveIntegerField()),
            ],
            options={
                'ordering': ['-at'],
                'get_latest_by': 'at',
            },
        ),
        migrations.CreateModel(
            name='RevisionContent',
            fields=[
                ('revision', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='content', serialize=False, to='regulations.revision')),
                ('document', models.BinaryField(help_text='as it was read, zlib')),
                ('companion', models.BinaryField(help_text='the facts beside it, zlib; often empty')),
                ('units', models.BinaryField(help_text='see hashira.regulations.adapters.packing')),
                ('survey', models.BinaryField(help_text='see hashira.regulations.adapters.packing', null=True)),
            ],
        ),
        migrations.AddField(
            model_name='law',
            name='current',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='regulations.revision'),
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry', models.BigIntegerField(help_text="the unit's entry in the index of the search")),
                ('path', models.CharField(max_length=400)),
                ('citation', models.TextField()),
                ('part', models.CharField(max_length=8)),
                ('article', models.CharField(blank=True, max_length=64)),
                ('paragraph', models.CharField(blank=True, max_length=64)),
                ('item', models.CharField(blank=True, max_length=64)),
                ('subitem', models.CharField(blank=True, max_length=64)),
                ('revision_id', models.CharField(max_length=250)),
                ('enforced_at', models.DateField(blank=True, null=True)),
                ('family_id', models.CharField(max_length=32)),
                ('ministry', models.CharField(blank=True, max_length=200)),
                ('category', models.CharField(max_length=32)),
                ('type', models.CharField(blank=True, max_length=32)),
                ('phase', models.CharField(blank=True, max_length=16)),
                ('score', models.FloatField()),
                ('reasons', models.JSONField(default=list)),
                ('excerpt', models.TextField()),
                ('fingerprint', models.CharField(help_text='of all the above but the law; tells what changed', max_length=32)),
                ('found_at', models.DateTimeField(help_text='when a scan first had it')),
                ('law', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='regulations.law')),
            ],
            options={
                'ordering': ['-score', 'id'],
                'indexes': [models.Index(fields=['-score', 'id'], name='findings_best_first'), models.Index(fields=['category', '-score', 'id'], name='findings_by_category'), models.Index(fields=['ministry', '-score', 'id'], name='findings_by_ministry'), models.Index(fields=['family_id'], name='findings_by_family'), models.Index(fields=['category', 'entry'], name='findings_by_entry'), models.Index(fields=['law', 'entry'], name='findings_by_law')],
                'constraints': [models.UniqueConstraint(fields=('law', 'path', 'category'), name='a_finding_is_one_in_its_place')],
            },
        ),
        migrations.AddIndex(
            model_name='revision',
            index=models.Index(fields=['digest'], name='revisions_by_digest'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.UniqueConstraint(fields=('law', 'revision_id'), name='a_revision_is_one_in_its_law'),
        ),
        migrations.AddIndex(
            model_name='law',
            index=models.Index(fields=['title'], name='laws_by_title'),
        ),
        migrations.AddIndex(
            model_name='law',
            index=models.Index(fields=['body', 'rank', 'law_id'], name='laws_by_body'),
        ),
        migrations.AddIndex(
            model_name='law',
            index=models.Index(fields=['ministry'], name='laws_by_ministry'),
        ),
        migrations.RunPython(search_index.create, search_index.drop),
    ]
