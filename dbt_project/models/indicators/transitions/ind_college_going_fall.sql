-- One row per graduate with a regular diploma: enrollment in any college in the fall after it.
with judged as (
    {{ ind_college_going(
        "greatest(
            graduates.diploma_date + 1, make_date(graduates.school_year, cast(parameters.first_month as integer), 1)
        )",
        "make_date(graduates.school_year, 12, 31)",
        ind_parameters('COLLEGE_FALL', ['first_month'])
    ) }}
),

final as (
    select
        'COLLEGE_GOING_FALL' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
