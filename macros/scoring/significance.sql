{#
Tail probabilities in plain arithmetic, the same on both engines. Fractions are doubles: Snowflake divides decimals to
six digits and DuckDB to sixteen.
#}

{% macro binomial_tail_z(recent, baseline, share) -%}
    {#-
      How far `recent` of `recent + baseline` visits lies above the share expected when the rate did
      not change, as a standard normal deviate: Peizer and Pratt's approximation of the binomial
      tail P(X >= recent) (Journal of the American Statistical Association 63, 1968, p. 1416).
      Counts need not be whole. At the expected share what stands under the root is 0, or less by its last
      digits: no root for Snowflake, and no number for DuckDB.
    -#}
    {%- set n = "(" ~ recent ~ " + " ~ baseline ~ ")" -%}
    {%- set below = "greatest(" ~ recent ~ " - 0.5, 0.000001)" -%}
    {%- set above = "(" ~ baseline ~ " + 0.5)" -%}
    {%- set p = "(" ~ share ~ ")" -%}
    {%- set q = "(1 - " ~ p ~ ")" -%}
    (
        {{ below }} + cast(1 as double) / 6 - ({{ n }} + cast(1 as double) / 3) * {{ p }}
        + 0.02 * (
            {{ q }} / ({{ below }} + 0.5) - {{ p }} / ({{ above }} + 0.5) + ({{ q }} - 0.5) / ({{ n }} + 1)
        )
    )
    / nullif(abs({{ below }} - {{ n }} * {{ p }}), 0)
    * sqrt(
        2 / (1 + cast(1 as double) / (6 * {{ n }}))
        * greatest(
            {{ below }} * ln({{ below }} / ({{ n }} * {{ p }}))
            + {{ above }} * ln({{ above }} / ({{ n }} * {{ q }})),
            0
        )
    )
{%- endmacro %}

{% macro normal_upper_tail(z) -%}
    {#-
      P(Z > z); a negative z counts as 0. Relative error below 1.2e-7: the Chebyshev fit of erfc in
      Numerical Recipes (2nd edition, section 6.2).
    -#}
    {%- set x = "(greatest(" ~ z ~ ", 0) / sqrt(2.0))" -%}
    {%- set t = "(1.0 / (1.0 + 0.5 * " ~ x ~ "))" -%}
    0.5 * {{ t }} * exp(
        -{{ x }} * {{ x }} - 1.26551223 + {{ t }} * (1.00002368 + {{ t }} * (0.37409196 + {{ t }} * (0.09678418
        + {{ t }} * (-0.18628806 + {{ t }} * (0.27886807 + {{ t }} * (-1.13520398 + {{ t }} * (1.48851587
        + {{ t }} * (-0.82215223 + {{ t }} * 0.17087277))))))))
    )
{%- endmacro %}
