"""SQL functions that fakesnow translates otherwise than Snowflake defines them, put right."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
from fakesnow import transforms
from sqlglot import exp

_plain_create_table_as = transforms.create_table_as


def correct(statement: exp.Expr) -> None:
    """Rewrite the calls fakesnow gets wrong into DuckDB's own, innermost first, in place."""
    for call in reversed(list(statement.find_all(*_CORRECTIONS))):
        for kind, correction in _CORRECTIONS.items():
            if isinstance(call, kind):
                correction(call)


def install() -> None:
    """Take out what fakesnow does too much, and put in what it does wrong."""
    # It makes every sum a double; Snowflake's sum of whole numbers is a whole number.
    transforms.numeric_agg_implicit_cast = lambda expression: expression
    # It forgets which characters are to be trimmed, and at which end.
    transforms.trim_cast_varchar = lambda expression: expression
    transforms.create_table_as = _create_table_as


def _create_table_as(create: exp.Expr, connection: duckdb.DuckDBPyConnection) -> exp.Expr:
    """CREATE TABLE (columns) AS SELECT *, as contracts make it: fakesnow casts column by column.

    It asks DuckDB for the columns of the star in sqlglot's own SQL, which DuckDB mostly knows.
    """
    if isinstance(create, exp.Create) and isinstance(create.this, exp.Schema):
        query = create.expression.unnest() if create.expression else None
        if isinstance(query, exp.Select) and query.is_star:
            described = connection.execute(f"describe {query.sql(dialect='duckdb')}").fetchall()
            query.set(
                "expressions", [exp.column(exp.to_identifier(name)) for name, *_ in described]
            )
    return _plain_create_table_as(create, connection)


def _regexp_substr(call: exp.Expr) -> None:
    """REGEXP_SUBSTR with a pattern from a column: fakesnow takes only a literal."""
    if isinstance(call.expression, exp.Literal):
        return
    text, pattern, group = call.this, call.expression, call.args["group"]
    found = _duckdb("regexp_matches", text, pattern)
    extract = _duckdb("regexp_extract", text, pattern, group)
    call.replace(exp.Case(ifs=[exp.If(this=found, true=extract)]))


def _array_agg(call: exp.Expr) -> None:
    """ARRAY_AGG leaves nulls out; a null among the values stays in DuckDB's."""
    within = call.parent
    if not isinstance(within, exp.WithinGroup) or isinstance(within.parent, exp.Window):
        return
    value = call.this.expressions[0] if isinstance(call.this, exp.Distinct) else call.this
    order = within.expression
    values = _duckdb("list", exp.Order(this=call.this.copy(), expressions=order.expressions))
    present = exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))
    within.replace(_duckdb("to_json", exp.Filter(this=values, expression=exp.Where(this=present))))


def _array_construct_compact(call: exp.Expr) -> None:
    """ARRAY_CONSTRUCT_COMPACT leaves nulls out, of any expressions."""
    item = exp.to_identifier("item")
    present = exp.Not(this=exp.Is(this=item, expression=exp.Null()))
    keep = exp.Lambda(this=present, expressions=[item.copy()])
    items = _duckdb("list_value", *call.expressions)
    call.replace(_duckdb("to_json", _duckdb("list_filter", items, keep)))


def _array_to_string(call: exp.Expr) -> None:
    """ARRAY_TO_STRING of an array that is JSON here; of an empty one it is ''."""
    items = _duckdb("json_extract_string", _duckdb("to_json", call.this), _literal("$[*]"))
    joined = _duckdb("array_to_string", items, call.expression)
    is_array = exp.Not(this=exp.Is(this=call.this.copy(), expression=exp.Null()))
    empty = exp.Case(ifs=[exp.If(this=is_array, true=_literal(""))])
    call.replace(_duckdb("coalesce", joined, empty))


def _division(call: exp.Expr) -> None:
    """Nothing is divided by zero; DuckDB answers infinity. Divisors with divisions of their own are
    left alone, for the sake of time: of long formulas there would be hundreds."""
    if call.expression.find(exp.Div) is not None:
        return
    _refuse(call, "expression", exp.EQ, "Division by zero")


def _root(call: exp.Expr) -> None:
    """A negative number has no root; DuckDB answers not a number."""
    _refuse(call, "this", exp.LT, "Invalid floating point operation: sqrt")


def _logarithm(call: exp.Expr) -> None:
    """Only what is above zero has a logarithm; DuckDB answers minus infinity."""
    if call.this.find(exp.Div) is not None:
        return
    _refuse(call, "this", exp.LTE, "Invalid floating point operation: ln")


def _refuse(call: exp.Expr, name: str, condition: type[exp.Expr], message: str) -> None:
    """Make an argument an error where it is so beside zero. It is written once: nested ones would
    grow with the power of their depth."""
    value = call.args[name]
    if isinstance(value, exp.Nullif) or (isinstance(value, exp.Literal) and float(value.name) > 0):
        return
    item = exp.to_identifier("item")
    is_so = condition(this=item, expression=exp.Literal.number(0))
    failed = exp.If(this=is_so, true=_duckdb("error", _literal(message)))
    check = exp.Lambda(this=exp.Case(ifs=[failed], default=item.copy()), expressions=[item.copy()])
    checked = _duckdb("list_transform", _duckdb("list_value", value), check)
    call.set(name, _duckdb("list_extract", checked, exp.Literal.number(1)))


def _no_named_window(select: exp.Expr) -> None:
    """Refuse what DuckDB takes and Snowflake has not."""
    if select.args.get("windows"):
        raise ValueError("Snowflake has no WINDOW clause: write the window where it is used")


def _vector(kind: exp.Expr) -> None:
    """VECTOR(FLOAT, n) is DuckDB's array of so many floats."""
    if kind.this == exp.DataType.Type.VECTOR:
        # by name only: fakesnow makes every array JSON
        name = f"float[{kind.expressions[-1].this}]"
        kind.replace(exp.DataType(this=exp.DataType.Type.USERDEFINED, kind=name))


def _vector_cosine_similarity(call: exp.Expr) -> None:
    """VECTOR_COSINE_SIMILARITY is 1 for the same direction; sqlglot takes it for a distance."""
    similarity = _duckdb("array_cosine_similarity", call.this, call.expression)
    call.replace(exp.cast(similarity, "double"))


def _time_with_offset(call: exp.Expr) -> None:
    """TRY_TO_TIMESTAMP_TZ, which sqlglot knows of a literal only. An offset without its colon is
    read after a blank, and not in a time with a T; DuckDB has it otherwise."""
    if isinstance(call, exp.TryCast) and call.to.this == exp.DType.TIMESTAMPTZ:
        text = call.this.copy()
    elif isinstance(call, exp.Anonymous) and call.name.upper() == "TRY_TO_TIMESTAMP_TZ":
        text = call.expressions[0].copy()
    else:
        return
    offset, as_duckdb = _literal(" ([+-][0-9][0-9]):?([0-9][0-9])$"), _literal(r"\1:\2")
    known = exp.Not(this=_duckdb("regexp_matches", text, _literal("T.*[+-][0-9]{4}$")))
    read = _duckdb("regexp_replace", text, offset, as_duckdb)
    time = exp.Case(ifs=[exp.If(this=known, true=read)])
    call.replace(exp.TryCast(this=time, to=exp.DataType.build("timestamptz")))


MOST_STEPS = 100
"""After so many Snowflake ends a recursion, with an error."""


def _recursion(clause: exp.Expr) -> None:
    """Count the steps of each recursive query in a column of its own; DuckDB takes any number."""
    for cte in clause.expressions if clause.args.get("recursive") else ():
        anchor, step = cte.this.args.get("this"), cte.this.args.get("expression")
        if not isinstance(cte.this, exp.Union) or not isinstance(step, exp.Select):
            continue
        itself = next((t for t in step.find_all(exp.Table) if t.name == cte.alias), None)
        if itself is None or not isinstance(anchor, exp.Select):
            continue
        steps = exp.column("steps_taken", table=itself.alias_or_name)
        is_last = exp.GT(this=steps, expression=exp.Literal.number(MOST_STEPS))
        refused = _duckdb("error", _literal("Recursion exceeded max iteration count (100)"))
        going_on = exp.Case(ifs=[exp.If(this=is_last, true=refused)], default=exp.true())
        anchor.select("1 as steps_taken", copy=False)
        one_more = exp.Add(this=steps.copy(), expression=exp.Literal.number(1))
        step.select(exp.alias_(one_more, "steps_taken"), copy=False)
        step.where(going_on, copy=False)


def _literal(text: str) -> exp.Expr:
    return exp.Literal.string(text)


def _duckdb(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[one.copy() for one in arguments])


_CORRECTIONS: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.RegexpExtract: _regexp_substr,
    exp.DataType: _vector,
    exp.CosineDistance: _vector_cosine_similarity,
    exp.ArrayAgg: _array_agg,
    exp.ArrayConstructCompact: _array_construct_compact,
    exp.ArrayToString: _array_to_string,
    exp.TryCast: _time_with_offset,
    exp.Anonymous: _time_with_offset,
    exp.Select: _no_named_window,
    exp.Div: _division,
    exp.Sqrt: _root,
    exp.Ln: _logarithm,
    exp.With: _recursion,
}
