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
union all
select * from {{ ref('ind_earnings_after_award_10_year') }}
union all
select * from {{ ref('ind_earnings_after_award_1_year') }}
union all
select * from {{ ref('ind_earnings_after_award_5_year') }}
union all
select * from {{ ref('ind_earnings_after_high_school_10_year') }}
union all
select * from {{ ref('ind_earnings_after_high_school_1_year') }}
union all
select * from {{ ref('ind_earnings_after_high_school_5_year') }}
union all
select * from {{ ref('ind_employed_after_award') }}
union all
select * from {{ ref('ind_employed_after_high_school') }}
union all
select * from {{ ref('ind_enrolled_or_employed_after_high_school') }}
union all
select * from {{ ref('ind_full_quarter_employed_after_award') }}
union all
select * from {{ ref('ind_full_quarter_employed_after_high_school') }}
union all
select * from {{ ref('ind_in_field_after_award') }}
union all
select * from {{ ref('ind_living_wage_after_award_1_year') }}
union all
select * from {{ ref('ind_living_wage_after_high_school_5_year') }}
union all
select * from {{ ref('ind_same_employer_after_award') }}
