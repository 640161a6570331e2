-- One row per graduate with a regular diploma: enrollment in any college within 16 months of it.
with judged as (
    {{ ind_college_going(
        "graduates.diploma_date + 1",
        "cast(graduates.diploma_date + make_interval(months => cast(parameters.window_months as integer)) as date)",
        ind_parameters('COLLEGE_GOING_16M', ['window_months'])
    ) }}
),

final as (
    select
        'COLLEGE_GOING_16M' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
