import type { SalesforceField } from './fields.js';

/** Of users, as the documentation's samples have them; what an org has, its metadata tell. */
const TEXTS = [
  'Id Username LastName FirstName Name Email Alias CommunityNickname LocaleSidKey LanguageLocaleKey EmailEncodingKey TimeZoneSidKey ProfileId UserType BadgeText BannerPhotoUrl CreatedById',
  'CreatedDate DefaultGroupNotificationFrequency DigestFrequency FullPhotoUrl LastModifiedById LastModifiedDate LastReferencedDate LastViewedDate MediumBannerPhotoUrl MediumPhotoUrl',
  'OutOfOfficeMessage SmallBannerPhotoUrl SmallPhotoUrl SystemModstamp',
];

/** By what their names begin with. */
const FLAGS: Readonly<Record<string, string>> = {
  '': 'IsActive ForecastEnabled IsExtIndicatorVisible IsProfilePhotoActive ReceivesAdminInfoEmails ReceivesInfoEmails',
  EmailPreferences: 'AutoBcc AutoBccStayInTouch StayInTouchReminder',
  UserPermissions: 'AvantgoUser CallCenterAutoLogin ChatterAnswersUser MarketingUser MobileUser OfflineUser SFContentUser SupportUser',
  UserPreferences: [
    'ActivityRemindersPopup ApexPagesDeveloperMode CacheDiagnostics CreateLEXAppsWTShown DisCommentAfterLikeEmail DisMentionsCommentEmail DisProfPostCommentEmail',
    'DisableAllFeedsEmail DisableBookmarkEmail DisableChangeCommentEmail DisableEndorsementEmail DisableFileShareNotificationsForApi DisableFollowersEmail',
    'DisableLaterCommentEmail DisableLikeEmail DisableMentionsPostEmail DisableMessageEmail DisableProfilePostEmail DisableSharePostEmail EnableAutoSubForFeeds',
    'EventRemindersCheckboxDefault ExcludeMailAppAttachments FavoritesShowTopFavorites FavoritesWTShown GlobalNavBarWTShown GlobalNavGridMenuWTShown HasCelebrationBadge',
    'HideBiggerPhotoCallout HideCSNDesktopTask HideCSNGetChatterMobileTask HideChatterOnboardingSplash HideEndUserOnboardingAssistantModal HideLightningMigrationModal',
    'HideS1BrowserUI HideSecondChatterOnboardingSplash HideSfxWelcomeMat LightningExperiencePreferred NewLightningReportRunPageEnabled PathAssistantCollapsed',
    'PipelineViewHideHelpPopover PreviewCustomTheme PreviewLightning RecordHomeReservedWTShown RecordHomeSectionCollapseWTShown ReminderSoundOff ShowCityToExternalUsers',
    'ShowCityToGuestUsers ShowCountryToExternalUsers ShowCountryToGuestUsers ShowEmailToExternalUsers ShowEmailToGuestUsers ShowFaxToExternalUsers ShowFaxToGuestUsers',
    'ShowManagerToExternalUsers ShowManagerToGuestUsers ShowMobilePhoneToExternalUsers ShowMobilePhoneToGuestUsers ShowPostalCodeToExternalUsers ShowPostalCodeToGuestUsers',
    'ShowProfilePicToGuestUsers ShowStateToExternalUsers ShowStateToGuestUsers ShowStreetAddressToExternalUsers ShowStreetAddressToGuestUsers ShowTitleToExternalUsers',
    'ShowTitleToGuestUsers ShowWorkPhoneToExternalUsers ShowWorkPhoneToGuestUsers SortFeedByComment SuppressEventSFXReminders SuppressTaskSFXReminders',
    'TaskRemindersCheckboxDefault UserDebugModePref',
  ].join(' '),
};

const field = (type: string) => (name: string): SalesforceField => ({ name, type, createable: true, updateable: true, filterable: true });
const flags = Object.entries(FLAGS).flatMap(([beginning, names]) => names.split(' ').map((name) => `${beginning}${name}`));

export const USER_FIELDS: readonly SalesforceField[] = [...TEXTS.join(' ').split(' ').map(field('string')), ...flags.map(field('boolean'))];
