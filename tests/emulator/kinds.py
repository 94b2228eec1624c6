"""What kind of value each column has, as Snowflake sees it; refuses what it would refuse or answer
otherwise than DuckDB, which converts more by itself and divides whole numbers to sixteen digits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from sqlglot import exp

Kind = str | None
"""One of those below; None where nobody can tell."""
Columns = dict[str, Kind]

NUMBER, FLOAT, TEXT, BOOLEAN = "number", "float", "text", "boolean"
DATE, TIMESTAMP, TIMESTAMP_TZ = "date", "timestamp", "timestamp_tz"
VARIANT, ARRAY, OBJECT, VECTOR = "variant", "array", "object", "vector"
NUMBERS, TIMES = {NUMBER, FLOAT}, {DATE, TIMESTAMP, TIMESTAMP_TZ}
JSON = {VARIANT, ARRAY, OBJECT}

_TYPES: Final = {
    NUMBER: {"INT", "BIGINT", "SMALLINT", "TINYINT", "DECIMAL", "NUMBER", "BIGDECIMAL"},
    FLOAT: {"DOUBLE", "FLOAT", "REAL"},
    TEXT: {"VARCHAR", "TEXT", "CHAR"},
    BOOLEAN: {"BOOLEAN"},
    DATE: {"DATE"},
    TIMESTAMP: {"TIMESTAMP", "TIMESTAMPNTZ", "DATETIME"},
    TIMESTAMP_TZ: {"TIMESTAMPTZ", "TIMESTAMPLTZ"},
    VARIANT: {"VARIANT"},
    ARRAY: {"ARRAY"},
    OBJECT: {"OBJECT"},
    VECTOR: {"VECTOR"},
}
# https://docs.snowflake.com/en/sql-reference/reserved-keywords
_RESERVED_WORDS = """
    all alter and any as between by case cast check column connect constraint create cross current
    delete distinct drop else exists false following for from full grant group having ilike in
    increment inner insert intersect into is join lateral left like minus natural not null of on or
    order qualify regexp revoke right rlike row rows sample select set some start table tablesample
    then to trigger true try_cast union unique update using values when whenever where with
"""
_RESERVED: Final = frozenset(_RESERVED_WORDS.split())
_FLATTENED: Columns = {
    "seq": NUMBER,
    "key": TEXT,
    "path": TEXT,
    "index": NUMBER,
    "value": VARIANT,
    "this": VARIANT,
}


class Catalog:
    """The columns of every relation that statements have made, by schema.name in lower case."""

    def __init__(self) -> None:
        self.relations: dict[str, Columns] = {}

    def take(self, statement: exp.Expr) -> None:
        """Read a statement and remember what it makes.

        Raises:
            ValueError: Snowflake would refuse it, or answer it otherwise; says what to write.
        """
        if isinstance(statement, exp.Create | exp.Insert | exp.Query):
            _refuse_reserved(statement)
        if isinstance(statement, exp.Insert):
            _refuse_made_values(statement)
        if isinstance(statement, exp.Create):
            self._take_create(statement)
        elif isinstance(statement, exp.Insert) and isinstance(statement.expression, exp.Query):
            _Reader(self.relations).columns(statement.expression, {})
        elif isinstance(statement, exp.Query):
            _Reader(self.relations).columns(statement, {})

    def _take_create(self, create: exp.Create) -> None:
        if str(create.args.get("kind")).upper() not in ("TABLE", "VIEW"):
            return
        schema = create.this
        table = schema.this if isinstance(schema, exp.Schema) else schema
        query = create.expression
        selected = _Reader(self.relations).columns(query, {}) if query is not None else None
        declared = _declared(schema) if isinstance(schema, exp.Schema) else {}
        for name, kind in declared.items():
            given = selected.get(name) if selected else None
            if given and kind and given != kind:
                raise ValueError(f"column {name} is declared as {kind} and selected as {given}")
        self.relations[_name(table)] = declared or selected or {}


def _refuse_reserved(statement: exp.Expr) -> None:
    for one in statement.find_all(exp.Identifier):
        if not one.args.get("quoted") and one.name.lower() in _RESERVED:
            raise ValueError(f"{one.name} is a word of Snowflake's own: give it another name")


def _refuse_made_values(insert: exp.Insert) -> None:
    made = (exp.ParseJSON, exp.JSONObject, exp.Array, exp.ToVariant)
    values = insert.expression
    if isinstance(values, exp.Values) and (found := values.find(*made)) is not None:
        raise ValueError(f"{_shown(found)} in VALUES: Snowflake makes none there, select it")


def _declared(schema: exp.Schema) -> Columns:
    return {
        one.name.lower(): kind_of_type(one.args["kind"])
        for one in schema.expressions
        if isinstance(one, exp.ColumnDef) and one.args.get("kind") is not None
    }


def kind_of_type(kind: exp.Expr) -> Kind:
    """The kind of a column type."""
    name = str(getattr(kind.this, "name", kind.this)).upper()
    return next((one for one, names in _TYPES.items() if name in names), None)


def _name(table: exp.Expr) -> str:
    return f"{table.db}.{table.name}".lower() if table.db else table.name.lower()


class _Scope:
    """What a query reads from, by alias; within an outer query."""

    def __init__(self, outer: _Scope | None) -> None:
        self.sources: dict[str, Columns | None] = {}
        self.aliases: Columns = {}
        self._outer = outer

    def find(self, name: str, table: str) -> Kind:
        """The kind of a column; a source's goes before an alias of the same name."""
        if table in self.sources:
            return (self.sources[table] or {}).get(name)
        if not table:
            for columns in self.sources.values():
                if columns is None or name in columns:
                    return (columns or {}).get(name)
            if name in self.aliases:
                return self.aliases[name]
        return self._outer.find(name, table) if self._outer else None


class _Reader:
    """Reads one statement."""

    def __init__(self, relations: dict[str, Columns]) -> None:
        self._relations = relations

    # --- Queries ------------------------------------------------------------------------------

    def columns(
        self, query: exp.Expr, ctes: dict[str, Columns], outer: _Scope | None = None
    ) -> Columns:
        """The columns of a query."""
        ctes = self._with(query, ctes)
        if isinstance(query, exp.Subquery | exp.Paren):
            return self.columns(query.this, ctes, outer)
        if isinstance(query, exp.SetOperation):
            left = self.columns(query.left, ctes, outer)
            right = self.columns(query.right, ctes, outer)
            if len(left) != len(right):
                return left
            return {
                name: _common((kind, other), f"the branches of a union, in {name},")
                for (name, kind), other in zip(left.items(), right.values(), strict=True)
            }
        return self._select(query, ctes, outer) if isinstance(query, exp.Select) else {}

    def _with(self, query: exp.Expr, ctes: dict[str, Columns]) -> dict[str, Columns]:
        found = dict(ctes)
        clause = query.args.get("with_")
        for cte in clause.expressions if clause else ():
            if clause and clause.args.get("recursive") and isinstance(cte.this, exp.SetOperation):
                found[cte.alias.lower()] = self.columns(cte.this.left, found)
            found[cte.alias.lower()] = self.columns(cte.this, found)
        return found

    def _select(self, query: exp.Select, ctes: dict[str, Columns], outer: _Scope | None) -> Columns:
        scope = _Scope(outer)
        joins = query.args.get("joins") or []
        first = query.args.get("from_")
        sources = [first.this] if first else []
        for source in (*sources, *(join.this for join in joins), *query.args.get("laterals", [])):
            alias = (source.alias or source.name or f"_{len(scope.sources)}").lower()
            scope.sources[alias] = self._source(source, ctes, scope)
        found: Columns = {}
        for one in query.expressions:
            if one.is_star:
                table = one.table.lower() if isinstance(one, exp.Column) else ""
                for name, columns in scope.sources.items():
                    if table in ("", name):
                        found |= columns or {}
                continue
            kind = self.kind(one.unalias(), scope, ctes)
            name = one.alias_or_name.lower() or f"_{len(found)}"
            found[name] = kind
            scope.aliases.setdefault(name, kind)
        clauses = [join.args.get("on") for join in joins]
        clauses += [query.args.get(name) for name in ("where", "qualify", "having")]
        for clause in clauses:
            if clause is not None:
                condition = clause if isinstance(clause, exp.Condition) else clause.this
                self._wants(condition, (BOOLEAN,), scope, ctes)
        return found

    def _source(self, source: exp.Expr, ctes: dict[str, Columns], scope: _Scope) -> Columns | None:
        if isinstance(source, exp.Subquery):
            return self.columns(source.this, ctes, scope)
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            if not source.db and source.name.lower() in ctes:
                return ctes[source.name.lower()]
            return self._relations.get(_name(source))
        given = source.find(exp.Kwarg)
        if given is not None and given.name.lower() == "input":
            self._wants(given.expression, JSON, scope, ctes)
            return _FLATTENED
        return None

    # --- Expressions --------------------------------------------------------------------------

    def kind(self, one: exp.Expr, scope: _Scope, ctes: dict[str, Columns]) -> Kind:
        """The kind of an expression."""

        def of(part: exp.Expr) -> Kind:
            return self.kind(part, scope, ctes)

        def wants(part: exp.Expr | None, kinds: Iterable[str]) -> Kind:
            return self._wants(part, kinds, scope, ctes) if part is not None else None

        if isinstance(one, exp.Column):
            return scope.find(one.name.lower(), one.table.lower())
        if isinstance(one, exp.Query):
            return next(iter(self.columns(one, ctes, scope).values()), None)
        if isinstance(one, exp.Exists):
            self.columns(one.this, ctes, scope)
            return BOOLEAN
        if isinstance(one, exp.All | exp.Any):
            return of(one.this)
        if isinstance(one, exp.Literal):
            return TEXT if one.is_string else FLOAT if "e" in one.name.lower() else NUMBER
        if isinstance(one, exp.Case):
            return _case(one, of, wants)
        if isinstance(one, exp.Window):
            for part in one.args.get("partition_by") or ():
                of(part)
            return of(one.this)
        for types, read in _READERS:
            if isinstance(one, types):
                return read(one, of, wants)
        for part in one.args.values():
            for each in part if isinstance(part, list) else [part]:
                if isinstance(each, exp.Condition):
                    of(each)
        return _RESULTS.get(type(one))

    def _wants(
        self,
        one: exp.Expr,
        kinds: Iterable[str],
        scope: _Scope,
        ctes: dict[str, Columns],
    ) -> Kind:
        kind = self.kind(one, scope, ctes)
        if kind is not None and kind not in kinds:
            raise ValueError(
                f"{_shown(one)} is {kind} where {' or '.join(sorted(kinds))} is wanted: "
                "say how it is to be read"
            )
        return kind


Of = Callable[[exp.Expr], Kind]
Wants = Callable[[exp.Expr | None, Iterable[str]], Kind]


def _shown(one: exp.Expr) -> str:
    return one.sql(dialect="snowflake")[:120]


def _common(kinds: Iterable[Kind], where: str) -> Kind:
    """The kind that values of several kinds have together; a number may be a float beside one of
    which nobody can tell."""
    given = set(kinds)
    found = {kind for kind in given if kind}
    if found == {NUMBER} and None in given:
        return None
    if found == NUMBERS:
        return FLOAT
    if found == {DATE, TIMESTAMP}:
        return TIMESTAMP
    if len(found) > 1:
        raise ValueError(f"{where} are {' and '.join(sorted(found))}: cast them to one type")
    return next(iter(found), None)


def _case(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    results = []
    base = of(one.this) if one.this is not None else None
    for branch in one.args["ifs"]:
        if one.this is None:
            wants(branch.this, (BOOLEAN,))
        else:
            _common((base, of(branch.this)), f"what {_shown(one)} compares")
        results.append(of(branch.args["true"]))
    if one.args.get("default") is not None:
        results.append(of(one.args["default"]))
    return _common(results, f"the results of {_shown(one)}")


def _together(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    return _common(map(of, (one.this, *one.expressions)), f"the values of {_shown(one)}")


def _compared(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    _common((of(one.this), of(one.expression)), f"the sides of {_shown(one)}")
    return BOOLEAN


def _listed(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    query = one.args.get("query")
    others = [query] if query is not None else one.expressions
    _common(map(of, (one.this, *others)), f"the values of {_shown(one)}")
    return BOOLEAN


def _between(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    _common(map(of, (one.this, one.args["low"], one.args["high"])), f"the ends of {_shown(one)}")
    return BOOLEAN


def _logic(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    wants(one.this, (BOOLEAN,))
    wants(one.args.get("expression"), (BOOLEAN,))
    return BOOLEAN


def _arithmetic(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    kinds = {wants(one.this, NUMBERS), wants(one.expression, NUMBERS)}
    if isinstance(one, exp.Div) and kinds == {NUMBER}:
        raise ValueError(
            f"{_shown(one)} divides whole numbers, which Snowflake does to six digits: cast one of "
            "them to double"
        )
    return _common(kinds, _shown(one))


def _averaged(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    kind = wants(one.this, NUMBERS)
    if kind == NUMBER:
        raise ValueError(
            f"{_shown(one)} averages whole numbers, which Snowflake does to six digits: cast them "
            "to double"
        )
    return kind


def _texts(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    """Functions of text; what else they are given (places, lengths) are numbers or text."""
    wants(one.this, (TEXT,))
    if isinstance(one, exp.Trim) and one.args.get("expression") is None:
        raise ValueError(
            f"{_shown(one)} takes off plain blanks on Snowflake, more on DuckDB: say which"
        )
    return {
        exp.Length: NUMBER,
        exp.StrPosition: NUMBER,
        exp.RegexpInstr: NUMBER,
        exp.Ascii: NUMBER,
        exp.Like: BOOLEAN,
        exp.ILike: BOOLEAN,
        exp.Contains: BOOLEAN,
    }.get(type(one), TEXT)


def _joined(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    wants(one.this, (TEXT,))
    wants(one.expression, (TEXT,))
    return TEXT


def _cast(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    kind, wanted = of(one.this), kind_of_type(one.args["to"])
    if isinstance(one, exp.TryCast) and kind not in (None, TEXT):
        raise ValueError(f"{_shown(one)} tries to cast {kind}: Snowflake tries text alone")
    if wanted == TEXT and kind == FLOAT:
        raise ValueError(
            f"{_shown(one)} writes a float as text, which the engines do otherwise: make it a "
            "decimal or a whole number first"
        )
    if wanted == FLOAT and kind == BOOLEAN:
        raise ValueError(f"{_shown(one)}: Snowflake makes no float of a boolean")
    return wanted


def _json_of(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    wants(one.this, JSON)
    return VARIANT


def _json_text(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    wants(one.this, JSON)
    return TEXT


def _json_size(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    wants(one.this, (ARRAY, VARIANT))
    return NUMBER


def _parsed(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    wants(one.this, (TEXT,))
    return VARIANT


def _largest(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    of(one.expression)
    kind = of(one.this)
    return ARRAY if one.args.get("count") is not None else kind


def _either(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    wants(one.this, (BOOLEAN,))
    results = [one.args["true"], *([one.args["false"]] if one.args.get("false") else [])]
    return _common(map(of, results), f"the results of {_shown(one)}")


def _same(one: exp.Expr, of: Of, wants: Wants) -> Kind:
    for part in one.expressions:
        of(part)
    return of(one.this if one.this is not None else one.expressions[0])


_Read = Callable[[exp.Expr, Of, Wants], Kind]

_READERS: Final[tuple[tuple[tuple[type[exp.Expr], ...], _Read], ...]] = (
    ((exp.Cast,), _cast),
    ((exp.Coalesce, exp.Greatest, exp.Least, exp.Nullif), _together),
    ((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE), _compared),
    ((exp.NullSafeEQ, exp.NullSafeNEQ), _compared),
    ((exp.In,), _listed),
    ((exp.Between,), _between),
    ((exp.And, exp.Or, exp.Not), _logic),
    ((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod), _arithmetic),
    ((exp.Avg,), _averaged),
    ((exp.DPipe,), _joined),
    ((exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Left, exp.Right, exp.Substring), _texts),
    ((exp.SplitPart, exp.Replace, exp.Translate, exp.Pad, exp.Like, exp.ILike), _texts),
    ((exp.StrPosition, exp.RegexpReplace, exp.RegexpExtract, exp.RegexpInstr), _texts),
    ((exp.Ascii, exp.Contains, exp.MD5, exp.SHA2), _texts),
    ((exp.JSONExtract, exp.GetExtract, exp.Bracket, exp.StripNullValue), _json_of),
    ((exp.JSONFormat, exp.ArrayToString), _json_text),
    ((exp.ArraySize,), _json_size),
    ((exp.ParseJSON,), _parsed),
    ((exp.ArgMax, exp.ArgMin), _largest),
    ((exp.If,), _either),
    ((exp.Paren, exp.Neg, exp.WithinGroup, exp.IgnoreNulls, exp.Distinct), _same),
    ((exp.Max, exp.Min, exp.Sum, exp.AnyValue, exp.Lag, exp.Lead, exp.FirstValue), _same),
    ((exp.Round, exp.Abs, exp.Floor, exp.Ceil), _same),
    ((exp.DateAdd, exp.TimestampAdd), _same),
)
"""How the kind of an expression follows from its parts."""

_RESULTS: Final[dict[type[exp.Expr], str]] = {
    exp.Boolean: BOOLEAN,
    exp.Is: BOOLEAN,
    exp.Count: NUMBER,
    exp.CountIf: NUMBER,
    exp.RowNumber: NUMBER,
    exp.DenseRank: NUMBER,
    exp.DateDiff: NUMBER,
    exp.TimestampDiff: NUMBER,
    exp.ArraySize: NUMBER,
    exp.Exp: FLOAT,
    exp.Ln: FLOAT,
    exp.Sqrt: FLOAT,
    exp.IsNullValue: BOOLEAN,
    exp.ToVariant: VARIANT,
    exp.JSONObject: OBJECT,
    exp.ArrayAgg: ARRAY,
    exp.Array: ARRAY,
    exp.ArrayConstructCompact: ARRAY,
    exp.ToArray: ARRAY,
    exp.GroupConcat: TEXT,
    exp.ConcatWs: TEXT,
    exp.ConvertTimezone: TIMESTAMP_TZ,
}
"""Kinds of expressions, whatever their parts are."""
