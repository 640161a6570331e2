-- One row per graduate with a regular diploma: enrollment in any college within 12 months of it.
with judged as (
    {{ ind_college_going(
        "graduates.diploma_date + 1",
        "graduates.diploma_date + cast(parameters.window_days as integer)",
        ind_parameters('COLLEGE_GOING_12M', ['window_days'])
    ) }}
),

final as (
    select
        'COLLEGE_GOING_12M' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
