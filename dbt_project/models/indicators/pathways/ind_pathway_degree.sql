-- One row per person and career pathway entered: a certificate or degree of a college in the pathway.
with judged as ({{ ind_pathway_credentialed(['AcademicCertificate', 'AcademicDegree', 'unknown']) }}),

final as (
    select
        'AQCP_DEGREE' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }},
        pathway_code
    from judged
)

select * from final
