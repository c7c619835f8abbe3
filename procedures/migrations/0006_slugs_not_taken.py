from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('procedures', '0005_reviews_and_previews'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='businesstype',
            constraint=models.CheckConstraint(condition=models.Q(('slug', 'otro'), _negated=True), name='business_type_slug_not_taken', violation_error_message='The addresses of the guide use this word for something else: write a different one.'),
        ),
        migrations.AddConstraint(
            model_name='choice',
            constraint=models.CheckConstraint(condition=models.Q(('slug', 'no-se'), _negated=True), name='choice_slug_not_taken', violation_error_message='The addresses of the guide use this word for something else: write a different one.'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('slug__startswith', 'utm_'), ('slug__startswith', 'fbclid'), ('slug__startswith', 'gclid'), ('slug__startswith', 'igsh'), _connector='OR', _negated=True), models.Q(('slug__in', ['cambiar', 'giro', 'inicio', 'pregunta', 'q', 'volver']), _negated=True)), name='question_slug_not_taken', violation_error_message='The addresses of the guide use this word for something else: write a different one.'),
        ),
    ]
