-- One row per indicator, version and counted unit: every indicator under the common contract.
select * from {{ ref('ind_acgr_4_year') }}
union all
select * from {{ ref('ind_acgr_5_year') }}
union all
select * from {{ ref('ind_acgr_6_year') }}
union all
select * from {{ ref('ind_college_going_12_month') }}
union all
select * from {{ ref('ind_college_going_16_month') }}
union all
select * from {{ ref('ind_college_going_fall') }}
union all
select * from {{ ref('ind_college_graduation_150') }}
union all
select * from {{ ref('ind_college_persistence') }}
union all
select * from {{ ref('ind_college_remediation') }}
union all
select * from {{ ref('ind_college_retention') }}
union all
select * from {{ ref('ind_college_stop_out') }}
union all
select * from {{ ref('ind_college_transfer_2_to_4_year') }}
union all
select * from {{ ref('ind_cte_on_track') }}
union all
select * from {{ ref('ind_dual_enrollment_participation') }}
union all
select * from {{ ref('ind_dual_enrollment_success') }}
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
select * from {{ ref('ind_hs_dropout') }}
union all
select * from {{ ref('ind_hs_recognized_credential') }}
union all
select * from {{ ref('ind_hs_work_based_learning') }}
union all
select * from {{ ref('ind_in_field_after_award') }}
union all
select * from {{ ref('ind_living_wage_after_award_1_year') }}
union all
select * from {{ ref('ind_living_wage_after_high_school_5_year') }}
union all
select * from {{ ref('ind_perkins_1p1') }}
union all
select * from {{ ref('ind_perkins_1s1') }}
union all
select * from {{ ref('ind_perkins_1s2') }}
union all
select * from {{ ref('ind_perkins_2p1') }}
union all
select * from {{ ref('ind_perkins_3p1') }}
union all
select * from {{ ref('ind_perkins_3s1') }}
union all
select * from {{ ref('ind_perkins_4s1') }}
union all
select * from {{ ref('ind_perkins_5s1') }}
union all
select * from {{ ref('ind_perkins_5s2') }}
union all
select * from {{ ref('ind_perkins_5s3') }}
union all
select * from {{ ref('ind_same_employer_after_award') }}
union all
select * from {{ ref('ind_wioa_credential_attainment') }}
union all
select * from {{ ref('ind_wioa_effectiveness_serving_employers') }}
union all
select * from {{ ref('ind_wioa_employment_rate_q2') }}
union all
select * from {{ ref('ind_wioa_employment_rate_q4') }}
union all
select * from {{ ref('ind_wioa_measurable_skill_gains') }}
union all
select * from {{ ref('ind_wioa_median_earnings_q2') }}
union all
select * from {{ ref('ind_wioa_youth_education_or_employment_q2') }}
union all
select * from {{ ref('ind_wioa_youth_education_or_employment_q4') }}
