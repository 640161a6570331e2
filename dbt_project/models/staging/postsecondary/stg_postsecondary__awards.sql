-- One row per student, institution, award level, CIP and award date.
with delivered as (
    {{ accepted_rows('postsecondary/award') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_integer('academic_year') }} as academic_year,
        {{ as_code('term', 'ps_term') }} as term,
        {{ as_text('institution_id_ipeds') }} as institution_id_ipeds,
        {{ as_text('student_id_institution') }} as student_id_institution,
        {{ as_date('award_date') }} as award_date,
        {{ as_code('award_level', 'ps_award_level') }} as award_level,
        {{ as_text('cip_code') }} as cip_code,
        {{ as_text('award_title') }} as award_title
    from delivered
)

select * from final
