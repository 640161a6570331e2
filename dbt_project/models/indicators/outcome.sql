-- One row per indicator, version and counted unit: every indicator under the common contract.
select * from {{ ref('ind_acgr_4_year') }}
union all
select * from {{ ref('ind_college_going_12_month') }}
union all
select * from {{ ref('ind_wioa_employment_rate_q2') }}
union all
select * from {{ ref('ind_wioa_median_earnings_q2') }}
union all
select * from {{ ref('ind_perkins_3s1') }}
