"""The rules of the house, asked of every route, template, table, form, command and source file.

Each test gathers all that breaks its rule, so that one look shows what to mend.
"""

import ast
import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
import wtforms
from flask import Flask
from jinja2 import meta, nodes
from werkzeug.routing import Map, Rule

import eduportal
from eduportal import cli
from eduportal.config import PROJECT
from eduportal.shared.db import UTCDateTime, db
from eduportal.shared.forms import Form
from tests.conftest import disposed, portal_on
from tests.factories import create_office

HOME = PROJECT / "eduportal"
LONGEST_FUNCTION = 40
MARKS = {
    *("public", "signed_in", "resident", "instructor", "department"),
    *("viewer", "desk", "staff", "admin"),
}

PATH_PART = re.compile(
    r"""( [a-z0-9]+ (-[a-z0-9]+)*            # a word, or words-with-hyphens
        | <[a-z_]+ (\([^)]*\))? :[a-z_]+>    # a value that says its type
        ) (\.[a-z]+)?                        # .csv, .xlsx
    """,
    re.VERBOSE,
)
# What the content security policy would silently switch off.
INLINE = re.compile(
    r"""<style\b | \sstyle\s*= | javascript: | <script(?![^>]*\ssrc=)
      (?!\stype="application/ld\+json">\{\{[^{}<>]*\|tojson\s\}\}</script>)  # data, never run
      | \son(click|change|submit|load|input|key\w+|focus|blur|mouse\w+|error|toggle)\s*=
    """,
    re.VERBOSE | re.IGNORECASE,
)
POST_FORM = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.DOTALL | re.IGNORECASE)
HANGUL = re.compile("[가-힣]")


@pytest.fixture(scope="module")
def house(blank: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A portal as in real life: tokens are asked for."""
    url, folder = blank("sqlite"), tmp_path_factory.mktemp("house")
    with disposed(portal_on(url, folder, WTF_CSRF_ENABLED=True)) as app:
        with app.app_context():
            db.create_all()
            create_office()
        yield app


# Routes


def test_every_view_says_who_may_call_it(house: Flask) -> None:
    marks = {name: getattr(view, "mark", None) for name, view in house.view_functions.items()}
    del marks["static"]

    assert [name for name, mark in marks.items() if mark not in MARKS] == []


def test_every_post_without_a_token_is_refused(house: Flask) -> None:
    client = house.test_client()
    answers = {address: client.post(address).status_code for address in posts(house.url_map)}

    assert [address for address, status in answers.items() if status != 400] == []


def test_paths_are_words_with_hyphens_and_typed_values(house: Flask) -> None:
    paths = {rule.rule for rule in house.url_map.iter_rules()} - {"/"}

    assert [path for path in sorted(paths) if not is_kebab(path)] == []


def posts(routes: Map) -> Iterator[str]:
    """The address of everything that takes a POST, with some value for each of its parameters."""
    adapter = routes.bind("localhost")
    for rule in routes.iter_rules():
        if rule.methods and "POST" in rule.methods:
            yield adapter.build(rule.endpoint, some_values(rule), method="POST")


def some_values(rule: Rule) -> dict[str, object]:
    """Something that each parameter of a path can hold: numbers are strings too."""
    return {**dict.fromkeys(rule.arguments, 1), **(rule.defaults or {})}


def is_kebab(path: str) -> bool:
    """Words, no slash at the end."""
    return all(PATH_PART.fullmatch(part) for part in path.removeprefix("/").split("/"))


# Templates


def test_every_template_compiles(house: Flask) -> None:
    assert house.jinja_env.list_templates()
    for name in house.jinja_env.list_templates():
        house.jinja_env.get_template(name)


def test_every_page_extends_a_base_and_has_a_title(house: Flask) -> None:
    assert [name for name in pages(house) if not has_base_and_title(trees(house)[name])] == []


def test_every_link_in_a_template_leads_somewhere(house: Flask) -> None:
    links = {name: set(links_in(tree)) for name, tree in trees(house).items()}
    broken = {name: ends - set(house.view_functions) for name, ends in links.items()}

    assert {name: ends for name, ends in broken.items() if ends} == {}


def test_templates_import_only_what_they_use(house: Flask) -> None:
    unused = {name: imported(tree) - named(tree) for name, tree in trees(house).items()}

    assert {name: names for name, names in unused.items() if names} == {}


def test_templates_import_every_macro_they_call(house: Flask) -> None:
    macros = {macro.name for tree in trees(house).values() for macro in tree.find_all(nodes.Macro)}
    missing = {name: unknown_calls(tree) & macros for name, tree in trees(house).items()}

    assert {name: names for name, names in missing.items() if names} == {}


def test_templates_never_switch_escaping_off(house: Flask) -> None:
    assert [name for name, tree in trees(house).items() if switches_escaping_off(tree)] == []


def test_templates_hold_no_inline_style_or_script(house: Flask) -> None:
    found = {name: INLINE.findall(text) for name, text in texts(house).items()}

    assert {name: hits for name, hits in found.items() if hits} == {}


def test_every_post_form_carries_a_token(house: Flask) -> None:
    forms = [
        (name, form) for name, text in texts(house).items() for form in POST_FORM.findall(text)
    ]

    assert [name for name, form in forms if not re.search("hidden_tag|csrf_token", form)] == []


def test_korean_in_templates_goes_through_gettext(house: Flask) -> None:
    bare = {name: bare_korean(tree) for name, tree in trees(house).items() if name[-4:] == "html"}

    assert {name: words for name, words in bare.items() if words} == {}


@cache
def texts(app: Flask) -> dict[str, str]:
    """The source of every template, without its comments."""
    loader = app.jinja_env.loader
    assert loader
    names = app.jinja_env.list_templates()
    sources = {name: loader.get_source(app.jinja_env, name)[0] for name in names}
    return {name: re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL) for name, text in sources.items()}


@cache
def trees(app: Flask) -> dict[str, nodes.Template]:
    """Every template, parsed."""
    return {name: app.jinja_env.parse(text, name) for name, text in texts(app).items()}


def pages(app: Flask) -> list[str]:
    """Templates that are shown by themselves: no macros, no parts, no base of others."""
    drawn_in = {
        named for tree in trees(app).values() for named in meta.find_referenced_templates(tree)
    }
    return [name for name in trees(app) if name.endswith(".html") and name not in drawn_in]


def has_base_and_title(tree: nodes.Template) -> bool:
    """Whether a page stands on a base and fills its title."""
    titles = [block for block in tree.find_all(nodes.Block) if block.name == "title" and block.body]
    return bool(titles) and tree.find(nodes.Extends) is not None


def links_in(tree: nodes.Template) -> Iterator[str]:
    """The endpoints that a template's url_for names."""
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "url_for":
            yield from (word.value for word in call.args[:1] if isinstance(word, nodes.Const))


def imported(tree: nodes.Template) -> set[str]:
    """The names that a template imports."""
    names = {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        names |= {name if isinstance(name, str) else name[1] for name in node.names}
    return names


def named(tree: nodes.Template) -> set[str]:
    """The names that a template speaks of."""
    return {node.name for node in tree.find_all(nodes.Name)}


def unknown_calls(tree: nodes.Template) -> set[str]:
    """What a template calls without having made or imported it."""
    callees = [call.node for call in tree.find_all(nodes.Call)]
    called = {callee.name for callee in callees if isinstance(callee, nodes.Name)}
    made = {macro.name for macro in tree.find_all(nodes.Macro)} | {"caller"}
    return (called & meta.find_undeclared_variables(tree)) - made - imported(tree)


def switches_escaping_off(tree: nodes.Template) -> bool:
    """Whether a template trusts a value to be HTML."""
    trusted = any(node.name == "safe" for node in tree.find_all(nodes.Filter))
    return trusted or tree.find(nodes.ScopedEvalContextModifier) is not None


def bare_korean(tree: nodes.Template) -> list[str]:
    """Korean words that could not be translated."""
    data = [node.data for node in tree.find_all(nodes.TemplateData)]
    return [text.strip() for text in data if HANGUL.search(text)]


# Tables


def test_every_instant_is_kept_in_utc() -> None:
    columns = [column for table in db.metadata.tables.values() for column in table.columns]
    instants = [column for column in columns if isinstance(column.type, sa.DateTime)]

    assert [str(column) for column in instants if not isinstance(column.type, UTCDateTime)] == []


def test_every_constraint_has_a_name() -> None:
    tables = db.metadata.tables.values()
    constraints = [constraint for table in tables for constraint in table.constraints]

    assert [str(constraint) for constraint in constraints if not constraint.name] == []


# Forms


def test_every_form_is_one_of_the_house() -> None:
    for module in pkgutil.walk_packages(eduportal.__path__, "eduportal."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)
    forms = {form for form in heirs(wtforms.Form) if form.__module__.startswith("eduportal.")}

    assert [form.__qualname__ for form in forms if not issubclass(form, Form)] == []


def heirs(family: type[wtforms.Form]) -> Iterator[type[wtforms.Form]]:
    """All classes below one."""
    for heir in family.__subclasses__():
        yield heir
        yield from heirs(heir)


# Commands


def test_every_command_is_in_the_readme(house: Flask) -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")

    typed = [*commands(house.cli, "eduportal"), *commands(cli.main, "eduportal")]

    assert len(typed) > 5
    assert [command for command in typed if command not in readme] == []


def commands(group: click.Group, path: str) -> Iterator[str]:
    """Every command of our own, as it is typed; of a library's group only that it is there."""
    for name, command in group.commands.items():
        typed = f"{path} {name}"
        if isinstance(command, click.Group) and is_ours(command):
            yield from commands(command, typed)
        else:
            yield typed


def is_ours(group: click.Group) -> bool:
    """Whether one of the house wrote a command of this group."""
    return any(
        (command.callback.__module__ or "").startswith("eduportal")
        for command in group.commands.values()
        if command.callback
    )


# Source files


def test_only_the_database_module_commits() -> None:
    assert [place for place in calls(".commit") if not place.startswith("shared/db.py")] == []


def test_only_the_clock_tells_the_time() -> None:
    for asked in ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"):
        assert [place for place in calls(asked) if not place.startswith("shared/clock.py")] == []


def test_every_link_in_the_code_leads_somewhere(house: Flask) -> None:
    places = {
        f"{path}:{call.lineno} {ast.literal_eval(call.args[0])}": ast.literal_eval(call.args[0])
        for path, call in all_calls()
        if ast.unparse(call.func) == "url_for" and isinstance(call.args[0], ast.Constant)
    }

    assert [place for place, end in places.items() if end not in house.view_functions] == []


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        f"{path}:{inner.lineno}"
        for path, function in functions()
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []


def test_no_function_is_longer_than_a_page() -> None:
    long = [
        f"{path}:{function.lineno} {function.name}"
        for path, function in functions()
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
    ]

    assert long == []


def test_rules_know_the_standard_library_and_other_rules_only() -> None:
    foreign = [
        f"{path}: {module}"
        for path, tree in sources().items()
        if "rules" in Path(path).with_suffix("").parts
        for module in modules(tree)
        if module.split(".")[0] not in sys.stdlib_module_names and ".rules" not in module
    ]

    assert foreign == []


@cache
def sources() -> dict[str, ast.Module]:
    """Every Python file of the portal, parsed."""
    files = sorted(HOME.rglob("*.py"))
    return {
        path.relative_to(HOME).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in files
    }


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function with the file it stands in."""
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def all_calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call with the file it stands in."""
    for path, tree in sources().items():
        yield from ((path, node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def calls(name: str) -> list[str]:
    """Where something of this name, or that ends in it, is called."""
    return [
        f"{path}:{call.lineno}"
        for path, call in all_calls()
        if f".{ast.unparse(call.func)}".endswith(f".{name.removeprefix('.')}")
    ]


def modules(tree: ast.Module) -> Iterator[str]:
    """Every module that a file imports from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield node.module or "."
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
