-- One row per postsecondary institution: those of the state's own directory, and those the Clearinghouse named.
with directory as (
    select distinct on (institution_id_ope)
        institution_id_ope,
        institution_id_ipeds,
        institution_name,
        institution_level,
        institution_control
    from {{ ref('stg_postsecondary__institutions') }}
    order by institution_id_ope asc, academic_year desc, delivery_id desc
),

clearinghouse as (
    select distinct on (institution_id_ope)
        institution_id_ope,
        institution_name,
        institution_state,
        institution_level,
        institution_control
    from {{ ref('stg_nsc__details_keyed') }}
    where institution_id_ope is not null
    order by institution_id_ope asc, period desc, delivery_id desc
),

-- The state's own code is learned from the Clearinghouse's rows of directory institutions.
own_state as (
    select mode() within group (order by clearinghouse.institution_state) as institution_state
    from directory
    inner join clearinghouse on directory.institution_id_ope = clearinghouse.institution_id_ope
),

final as (
    select
        coalesce(directory.institution_id_ope, clearinghouse.institution_id_ope) as institution_key,
        directory.institution_id_ipeds,
        coalesce(directory.institution_name, clearinghouse.institution_name) as institution_name,
        coalesce(
            clearinghouse.institution_state,
            case when directory.institution_id_ope is not null then own_state.institution_state end
        ) as institution_state,
        coalesce(directory.institution_level, clearinghouse.institution_level) as institution_level,
        coalesce(directory.institution_control, clearinghouse.institution_control) as institution_control,
        directory.institution_id_ope is not null
        or coalesce(clearinghouse.institution_state = own_state.institution_state, false) as is_in_state
    from directory
    full outer join clearinghouse on directory.institution_id_ope = clearinghouse.institution_id_ope
    cross join own_state
)

select * from final
