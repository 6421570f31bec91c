"""The command ``hashira doctor`` (点検のコマンド)."""

from __future__ import annotations

import logging
import os
import sys
import warnings

import click

_SIGNS = {"good": "○", "warning": "△", "bad": "×"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")
def doctor(as_json: bool) -> None:
    """設定と状態を点検する / Check the installation, and say what to do.

    終了コード / exit: 0 問題なし・注意 good or warnings, 1 使えないものがある something does not work.
    """
    import django

    django.setup()
    from hashira.portal.doctor.checks import checks

    logging.disable(logging.WARNING)  # what they would say, the findings say
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [(check, check.look()) for check in checks()]
    if as_json:
        import orjson

        document = [
            {
                "name": check.name,
                "health": finding.health.value,
                "said": {"ja": finding.said.ja, "en": finding.said.en},
                "remedy": {"ja": finding.remedy.ja, "en": finding.remedy.en},
            }
            for check, finding in found
        ]
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        language = (
            "en" if (os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("en") else "ja"
        )
        for check, finding in found:
            title, said = check.title.in_language(language), finding.said.in_language(language)
            click.echo(f"{_SIGNS[finding.health.value]} {title}: {said}")
            if finding.remedy.ja:
                click.echo(f"   → {finding.remedy.in_language(language)}")
    sys.exit(1 if any(finding.health.value == "bad" for _check, finding in found) else 0)
