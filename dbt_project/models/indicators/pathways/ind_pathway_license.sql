-- One row per person and career pathway entered: a license, certification or apprenticeship certificate of the pathway.
with judged as (
    {{ ind_pathway_credentialed(['OccupationalLicense', 'IndustryCertification', 'ApprenticeshipCertificate']) }}
),

final as (
    select
        'AQCP_LICENSE' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }},
        pathway_code
    from judged
)

select * from final
